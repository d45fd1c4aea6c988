from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.engine import plate_code

from .repair_stock_count_line import OPEN_STATES
from .stock_picking_scan import CODE_MAX, QUANTITY_MAX


class RepairStockCount(models.Model):
    """Counting by hand scanner or phone: each scan adds what the label stands for to the line of its part and lot."""

    _inherit = "repair.stock.count"

    def action_scan_part(self, code, add=False):
        """Count one scan on the user's own work list.

        :param str code: bar code or label, part number, lot or serial number; a label's count (30, 37) counts for itself
        :param bool add: not used; the scanner's dialogue sends it
        :return: dict of ``status`` (``taken``) and ``message``, which tells nothing but what the user himself counted
        :raises UserError: unknown code, nothing of it on the user's list, or several places it may be meant for
        """
        self.ensure_one()
        self.check_access("read")
        text = code.strip() if isinstance(code, str) else ""
        if not text or len(text) > CODE_MAX:
            raise UserError(self.env._("Scan the bar code on the goods, or type the part number."))
        read = plate_code.parse(text, fields.Date.context_today(self))
        lines = self.env["repair.stock.count.line"].search(
            [("count_id", "=", self.id), ("user_id", "=", self.env.uid), ("state", "in", OPEN_STATES)], order="sequence, id")
        found = self._find_scanned_lines(lines, read, text)
        line = self._choose_scanned_line(found, text)
        quantity = 1.0 if line.product_id.tracking == "serial" else min(read.count or 1.0, QUANTITY_MAX)
        counted = line.my_quantity if line.state == "counted" else 0.0
        if line.product_id.tracking == "serial" and counted:
            raise UserError(self.env._("%(part)s was scanned already.", part=line.lot_id.display_name or line.product_id.display_name))
        line._enter({line: counted + quantity})
        return {"status": "taken", "message": self.env._(
            "%(part)s in %(place)s: %(counted)s counted.", place=line.location_id.display_name, counted=f"{counted + quantity:g}",
            part=" · ".join(filter(None, (line.product_id.display_name, line.lot_id.name))))}

    def _find_scanned_lines(self, lines, read, text):
        """Return the lines a scan may mean: by lot or serial number first, then by the part."""
        names = {name for name in (read.serial, read.batch, text) if name}
        by_lot = lines.filtered(lambda line: line.lot_id.name in names)
        products = self.env["stock.picking"]._find_scanned_products(read, text)
        by_part = lines.filtered(lambda line: line.product_id in products)
        if by_lot & by_part:
            return by_lot & by_part
        if by_part and not (read.serial or read.batch):
            return by_part
        if by_lot and not products:
            return by_lot
        raise UserError(self.env._(
            "Nothing on your list bears the code %(code)s. Put the goods aside, or note them by “Found something else”.", code=text))

    def _choose_scanned_line(self, lines, text):
        """Return the line a scan counts for: the user goes on where he counted last."""
        if len(lines) > 1:
            last = self.env["repair.stock.count.entry"].sudo().search(  # one's own last entry tells the place
                [("line_id.count_id", "=", self.id), ("user_id", "=", self.env.uid)], order="counted_on desc, id desc", limit=1)
            here = lines.filtered(lambda line: line.location_id == last.line_id.location_id)
            lines = here or lines
        if len(lines) > 1:
            raise UserError(self.env._(
                "%(code)s is on your list more than once: %(lines)s. Scan the label with the lot, or enter the quantity on the list.",
                code=text, lines=", ".join(
                    " · ".join(filter(None, (line.location_id.display_name, line.lot_id.name))) for line in lines[:5])))
        return lines
