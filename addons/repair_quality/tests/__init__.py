from . import test_figure_registry
from . import test_figures
from . import test_nonconformity
from . import test_nonconformity_sources
from . import test_objective
from . import test_policy
from . import test_quality_security
