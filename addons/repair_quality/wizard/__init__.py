from . import qms_reason
from . import qms_finding_followup
from . import qms_check_reason
