from . import test_concurrency
from . import test_engine_fifo
from . import test_fifo
from . import test_fifo_random
from . import test_parts
from . import test_receipts
from . import test_security
from . import test_substitutes
