from . import (
    repair_brand_balance,
    repair_brand_claim_papers,
    repair_charge,
    repair_complaint_report,
    repair_dispatch_overview,
    repair_order_papers,
    repair_satisfaction_report,
    repair_service_figures,
    repair_visit_load,
    repair_visit_report,
)
