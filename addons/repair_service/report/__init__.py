from . import repair_order_papers
