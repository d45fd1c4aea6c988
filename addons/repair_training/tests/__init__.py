from . import test_certificate_security
from . import test_certificate_warning
from . import test_qualification
from . import test_training_engine
from . import test_training_need
from . import test_training_result
from . import test_training_session
