from . import test_certificate_security
from . import test_certificate_warning
from . import test_qualification
