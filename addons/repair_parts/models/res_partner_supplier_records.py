from odoo import models
from odoo.exceptions import UserError
from odoo.fields import Domain


class ResPartner(models.Model):
    """Each figure of a supplier's score opens exactly the records that it was worked out from."""

    _inherit = "res.partner"

    def action_renew_supplier_score(self):
        """Work out the supplier's score now instead of in the night."""
        self._check_supplier_reader()
        self.commercial_partner_id.sudo()._renew_supplier_scores()  # the figures are the same whoever asks for them
        self.invalidate_recordset()

    def action_view_supplier_receipts(self):
        """Open the received lines behind the quality, and what was sent back."""
        score = self._get_shown_score()
        domain = self._get_received_domain("all", score.period_start, score.period_stop)
        return self._get_score_action("stock_move_line_supplier_action", domain & Domain(
            "move_id.purchase_line_id.partner_id.commercial_partner_id", "=", score.partner_id.id), self.env._("Received and sent back"))

    def action_view_supplier_rejected(self):
        """Open what was sent back to the supplier though nobody rejected it on arrival."""
        score = self._get_shown_score()
        domain = self._get_received_domain("returned", score.period_start, score.period_stop)
        return self._get_score_action("stock_move_line_supplier_action", domain & Domain(
            "move_id.purchase_line_id.partner_id.commercial_partner_id", "=", score.partner_id.id), self.env._("Sent back"))

    def action_view_supplier_inspections(self):
        """Open the incoming inspections of the period that rejected units."""
        score = self._get_shown_score()
        domain = self.env["repair.inspection"]._get_incoming_domain(
            score.partner_id, score.period_start, score.period_stop, score.company_id)
        return self._get_score_action(
            "incoming_results_action", domain & Domain("rejected_quantity", ">", 0), self.env._("Rejected on arrival"))

    def action_view_supplier_failures(self):
        """Open the fitted parts of the supplier that failed early."""
        score = self._get_shown_score()
        failed = score.partner_id.sudo()._get_early_failures(score.period_start, score.period_stop)  # only ids are taken from it
        ids = [line.id for lines in failed.values() for line, _units in lines]
        return self._get_score_action(
            "stock_move_line_fitted_action", Domain("id", "in", ids), self.env._("Failed early in use"))

    def action_view_supplier_due(self):
        """Open all order lines that were due."""
        return self._view_due_lines(late_only=False)

    def action_view_supplier_late(self):
        """Open the order lines that did not come complete by the promised day."""
        return self._view_due_lines(late_only=True)

    def _view_due_lines(self, late_only):
        score = self._get_shown_score()
        due, on_time = score.partner_id.sudo()._get_due_lines(score.period_start, score.period_stop)  # only ids are taken from it
        ids = due.get(score.partner_id.sudo(), [])
        if late_only:
            ids = sorted(set(ids) - set(on_time.get(score.partner_id.sudo(), [])))
        name = self.env._("Late or incomplete lines") if late_only else self.env._("Lines due")
        return self._get_score_action("purchase_order_line_supplier_action", Domain("id", "in", ids), name)

    def action_view_supplier_prices(self):
        """Open the order lines whose price was compared with the best current one."""
        score = self._get_shown_score()
        compared = score.partner_id.sudo()._get_compared_lines(score.period_start, score.period_stop)  # only ids are taken from it
        ids = [line_id for line_id, _paid, _best in compared.get(score.partner_id.sudo(), ())]
        return self._get_score_action(
            "purchase_order_line_price_action", Domain("id", "in", ids), self.env._("Prices compared"))

    def action_view_supplier_history(self):
        """Open the supplier's score month by month."""
        self._check_supplier_reader()
        return self._get_score_action(
            "repair_supplier_score_action", Domain("partner_id", "=", self.commercial_partner_id.id), self.env._("Score by month"))

    def _check_supplier_reader(self):
        self.ensure_one()
        self.env["repair.supplier.score"].check_access("read")

    def _get_shown_score(self):
        """Return the score that the figures are shown of.

        :raises UserError: when the supplier has none yet
        """
        self._check_supplier_reader()
        score = self.supplier_score_id
        if not score:
            raise UserError(self.env._("%(supplier)s has no score yet: it is worked out in the night.", supplier=self.display_name))
        return score

    def _get_score_action(self, name, domain, title):
        action = self.env["ir.actions.act_window"]._for_xml_id(f"repair_parts.{name}")
        return action | {"domain": list(domain), "display_name": title, "name": title, "context": {"create": False}}
