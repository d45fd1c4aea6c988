from . import repair_service_demo
from . import repair_service_demo_complaints
from . import repair_service_demo_customers
from . import repair_service_demo_history
from . import repair_service_demo_photos
from . import repair_service_demo_running
from . import repair_service_demo_settle
from . import repair_service_demo_special
