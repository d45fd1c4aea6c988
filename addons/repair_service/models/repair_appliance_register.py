import re

from odoo import api, fields, models
from odoo.exceptions import UserError

from ..engine import phone, plate_code


class RepairAppliance(models.Model):
    _inherit = "repair.appliance"

    @api.model_create_multi
    def create(self, vals_list):
        """Create appliances; one whose family is not said is taken as another appliance than those of the families (handbook 2.1).

        The form asks for the family; imports, and the desk that types an unknown number into a request, need not know it.
        """
        other = self._get_other_family()
        if other and not self.env.context.get("default_category_id"):
            vals_list = [vals if vals.get("category_id") else {**vals, "category_id": other.id} for vals in vals_list]
        return super().create(vals_list)

    @api.model
    def name_create(self, name):
        """Register an appliance of the customer at hand by what was typed or scanned, in one step.

        A code gives serial and model number; a word with a digit and without blanks is a serial number, all else says what it is.

        :raises UserError: without a customer, or when the text is a telephone number
        """
        if not self.env.context.get("default_partner_id"):
            raise UserError(self.env._("Choose the customer first, then register the appliance."))
        if not isinstance(name, str) or not name.strip():
            raise UserError(self.env._("Type the serial number, or what the appliance is."))
        code = plate_code.parse(name, fields.Date.context_today(self))
        if code.order_id is not None or re.match(r"https?://", code.text, re.IGNORECASE):
            raise UserError(self.env._("This code does not belong to an appliance's plate."))
        if self._is_phone(code.text):
            raise UserError(self.env._("This is a telephone number, and no appliance has it: choose the customer, or register him."))
        if code.serial:
            values = {"serial_number": code.serial, "model_name": code.additional or False}
        elif re.fullmatch(r"(?=.*\d)[!-~]+", code.text):
            values = {"serial_number": code.text}
        else:
            values = {"model_name": code.text or code.additional or code.gtin}
        appliance = self.create(values)
        return appliance.id, appliance.display_name

    @api.model
    def _get_other_family(self):
        return self.env.ref("repair_service.category_other", raise_if_not_found=False)

    @api.model
    def _is_phone(self, text):
        number = phone.read_number(text)
        is_mobile = phone.CHINESE_MOBILE.fullmatch(number)
        return bool(number) and bool(is_mobile or text.startswith("+") or (text.startswith("0") and phone.get_local_part(number)))
