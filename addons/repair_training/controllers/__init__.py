from . import survey
from . import training
