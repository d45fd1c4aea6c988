from . import base_partner_merge_supplier
from . import repair_part_substitute
from . import repair_part_substitute_option
from . import repair_incoming_decision
from . import stock_return_picking
from . import repair_supplier_proposal
from . import repair_supplier_qualification
from . import repair_stock_count_found
