from . import qms_reason
from . import qms_document_collect
from . import qms_finding_followup
from . import qms_audit_replace
from . import qms_check_reason
