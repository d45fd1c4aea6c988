from . import repair_acceptance, repair_booking, repair_booking_line, repair_quotation_answer
