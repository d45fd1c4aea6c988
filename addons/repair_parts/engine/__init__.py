from . import fifo
from . import model_pattern
