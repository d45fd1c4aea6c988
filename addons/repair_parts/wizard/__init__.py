from . import repair_part_substitute
from . import repair_part_substitute_option
