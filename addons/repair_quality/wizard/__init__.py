from . import qms_check_reason
