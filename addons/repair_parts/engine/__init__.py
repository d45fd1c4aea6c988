from . import fifo
from . import supplier_score
