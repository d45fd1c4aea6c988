from . import repair_charge, repair_dispatch_overview, repair_order_papers, repair_visit_load, repair_visit_report
