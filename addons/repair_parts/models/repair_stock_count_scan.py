from odoo import fields, models
from odoo.exceptions import UserError

from odoo.addons.repair_service.engine import plate_code

from .repair_stock_count_line import OPEN_STATES
from .stock_picking_scan import CODE_MAX, QUANTITY_MAX


class RepairStockCount(models.Model):
    """Counting by hand scanner or phone: each scan adds what the label stands for to the line of its part and lot."""

    _inherit = "repair.stock.count"

    def action_scan_part(self, code, add=False, place_id=False):
        """Count one scan on the user's own work list, or say where he stands.

        :param str code: bar code or label, part number, lot or serial number; a label's count (30, 37) counts for itself; or the bar
            code or name of a shelf
        :param bool add: not used; the scanner's dialogue sends it
        :param int place_id: ``stock.location`` where the user stands, as an earlier scan answered; what he scans is counted there
        :return: dict of ``status`` (``taken`` or ``place``) and ``message``, which tells nothing but what the user himself counted;
            for a shelf also ``place``, a dict of ``id`` and ``name``
        :raises UserError: unknown code, nothing of it on the user's list or where he stands, or several places it may be meant for
        """
        self.ensure_one()
        self.check_access("read")
        text = code.strip() if isinstance(code, str) else ""
        if not text or len(text) > CODE_MAX:
            raise UserError(self.env._("Scan the bar code on the goods, or type the part number."))
        lines = self.env["repair.stock.count.line"].search(
            [("count_id", "=", self.id), ("user_id", "=", self.env.uid), ("state", "in", OPEN_STATES)], order="sequence, id")
        if answer := self._scan_place(lines, text):
            return answer
        read = plate_code.parse(text, fields.Date.context_today(self))
        found = self._find_scanned_lines(lines, read, text)
        line = self._choose_scanned_line(found, text, place_id)
        quantity = 1.0 if line.product_id.tracking == "serial" else min(read.count or 1.0, QUANTITY_MAX)
        counted = line.my_quantity if line.state == "counted" else 0.0
        if line.product_id.tracking == "serial" and counted:
            raise UserError(self.env._("%(part)s was scanned already.", part=line.lot_id.display_name or line.product_id.display_name))
        line._enter({line: counted + quantity})
        return {"status": "taken", "message": self.env._(
            "%(part)s in %(place)s: %(counted)s counted.", place=line.location_id.display_name, counted=f"{counted + quantity:g}",
            part=" · ".join(filter(None, (line.product_id.display_name, line.lot_id.name))))}

    def _scan_place(self, lines, text):
        """Return what is answered to the label of a shelf of this count, None when the code is none."""
        places = self.env["stock.location"].search([("id", "child_of", self.location_id.id), ("usage", "=", "internal")])
        place = places.filtered(lambda place: place.barcode == text)[:1]
        if not place:  # without a label its name is typed
            place = lines.location_id.filtered(lambda place: text.casefold() in (place.name.casefold(), place.complete_name.casefold()))
            if len(place) > 1:
                raise UserError(self.env._(
                    "Several places are called %(name)s: %(places)s. Scan the label, or type the whole name.", name=text,
                    places=", ".join(place.mapped("complete_name"))))
        if not place:
            return None
        mine = lines.filtered(lambda line: line.location_id == place)
        still = len(mine.filtered(lambda line: line.state == "to_count"))
        if mine:
            message = self.env._("%(place)s: %(still)s of %(all)s still to count.", place=place.display_name, still=still, all=len(mine))
        else:
            message = self.env._(
                "%(place)s: nothing here is on your list. Note what lies here by “Found something else”.", place=place.display_name)
        return {"status": "place", "message": message, "warning": not mine, "place": {"id": place.id, "name": place.display_name}}

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

    def _choose_scanned_line(self, lines, text, place_id=False):
        """Return the line a scan counts for: where the user said that he stands, else where he counted last."""
        if place_id:
            place = self.env["stock.location"].browse(place_id if isinstance(place_id, int) else []).exists()
            here = lines.filtered(lambda line: line.location_id == place)
            if not here:
                raise UserError(self.env._(
                    "%(code)s is on your list for %(places)s, not for where you stand. Put it aside, or note it by "
                    "“Found something else”.", code=text, places=", ".join(lines.location_id[:5].mapped("display_name"))))
            lines = here
        elif len(lines) > 1:
            last = self._get_last_place()
            here = lines.filtered(lambda line: line.location_id == last)
            lines = here or lines
        if len(lines) > 1:
            raise UserError(self.env._(
                "%(code)s is on your list more than once: %(lines)s. Scan the shelf or the label with the lot first, or enter the "
                "quantity on the list.", code=text, lines=", ".join(
                    " · ".join(filter(None, (line.location_id.display_name, line.lot_id.name))) for line in lines[:5])))
        return lines

    def _get_last_place(self):
        """Return where the user counted last."""
        last_sudo = self.env["repair.stock.count.entry"].sudo().search(  # one's own last entry tells the place
            [("line_id.count_id", "=", self.id), ("user_id", "=", self.env.uid)], order="counted_on desc, id desc", limit=1)
        return last_sudo.line_id.location_id.with_env(self.env)
