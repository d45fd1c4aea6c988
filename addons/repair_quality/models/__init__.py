from . import qms_policy
from . import qms_objective
from . import qms_objective_value
from . import qms_nonconformity
from . import qms_action
from . import repair_inspection
from . import repair_order
from . import repair_service_demo
