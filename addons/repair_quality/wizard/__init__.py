from . import qms_reason
