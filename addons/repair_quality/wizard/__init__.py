from . import qms_reason
from . import qms_finding_followup
