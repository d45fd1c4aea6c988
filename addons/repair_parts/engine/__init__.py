from . import billing
from . import demand
from . import fifo
from . import model_pattern
from . import part_class
from . import part_term
from . import stock_count
from . import supplier_score
