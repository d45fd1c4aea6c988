from . import billing
from . import fifo
from . import model_pattern
from . import supplier_score
