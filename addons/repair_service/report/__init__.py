from . import repair_charge, repair_order_papers
