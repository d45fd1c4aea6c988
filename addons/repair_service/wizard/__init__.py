# isort: skip_file - a class stands before those that inherit it
from . import repair_dialogue
from . import repair_acceptance, repair_booking, repair_booking_line, repair_deposit, repair_payment_return, repair_quotation_answer
from . import repair_second_opinion, repair_withdrawal
from . import repair_proposal, repair_proposal_code, repair_proposal_line
from . import repair_booking_capacity, repair_booking_input
from . import base_partner_merge, repair_appliance_merge
from . import repair_reassign, repair_reassign_line
from . import repair_visit_outcome
from . import repair_contact_show
from . import repair_complaint_dialogue
from . import repair_claim_dialogue, repair_claim_import
from . import repair_tool_dialogue
