from statistics import fmean

from odoo import models


class RepairPartClassification(models.Model):
    """The reasons of a run, in words that a planner can check."""

    _inherit = "repair.part.classification"

    def _explain(self, part):
        """Return why a part has its classes, and where reorder point and lot are from."""
        return "\n".join(filter(None, (self._explain_abc(part), self._explain_xyz(part), part["place_reason"])))

    def _explain_place(self, part):
        """Return why a warehouse keeps what it keeps."""
        return "\n".join(filter(None, (
            self._explain_demand(part), self._explain_lead(part), self._explain_reorder(part), self._explain_lot(part))))

    def _explain_abc(self, part):
        money = self.currency_id.format(part["yearly_value"])
        text = self.env._(
            "Class %(name)s: %(value)s used a year; the parts up to this one make up %(share)s %% of all.",
            name=part["abc_class"], value=money, share=f"{part['abc_share']:.1f}")
        if part["in_force"] != part["abc_class"]:
            text += " " + self.env._("The planner's own class %(name)s goes before.", name=part["in_force"])
        return text

    def _explain_xyz(self, part):
        if part["variation"] is None:
            return self.env._("Class Z: nobody asked for it in %(periods)s periods.", periods=len(part["series"]))
        return self.env._(
            "Class %(name)s: demand varies by %(variation)s of its mean over %(periods)s periods.",
            name=part["xyz_class"], variation=f"{part['variation']:.2f}", periods=len(part["series"]))

    def _explain_demand(self, part):
        if part["successor"]:
            return self.env._(
                "Superseded by %(part)s: its demand is counted there, and nothing is kept.", part=part["successor"].display_name)
        plan, pattern = part["plan"], part["pattern"]
        values = {"forecast": f"{plan.forecast:.2f}", "interval": f"{pattern.interval:.1f}"}
        text = {
            "none": "",
            "normal": self.env._("Demand in nearly every period: %(forecast)s units a period on average.", **values),
            "sba": self.env._(
                "Intermittent demand, one in %(interval)s periods: %(forecast)s units a period by Croston's method (SBA).", **values),
            "tsb": self.env._(
                "Intermittent demand that stayed away for %(idle)s periods: it fades to %(forecast)s units a period (TSB).",
                idle=pattern.idle, **values),
        }[plan.method]
        if part["predecessors"]:
            text += " " + self.env._(
                "The demand of %(parts)s is counted here.", parts=", ".join(part["predecessors"].mapped("display_name")))
        return text.strip()

    def _explain_lead(self, part):
        if not part["is_kept"]:
            return ""
        days = f"{fmean(part['lead_days']):.1f}"
        return {
            "measured": self.env._("Lead time %(days)s days, the mean of %(count)s receipts.", days=days, count=len(part["lead_days"])),
            "resupply": self.env._("Lead time %(days)s days from the warehouse that supplies it.", days=days),
            "vendor": self.env._("Lead time %(days)s days as the vendor says; no receipt measured it yet.", days=days),
            "general": self.env._("Lead time %(days)s days as set for parts that nothing is known of.", days=days),
        }[part["lead_source"]]

    def _explain_reorder(self, part):
        if not part["is_kept"]:
            return "" if part["successor"] else self.env._("No demand and not vital: nothing is kept.")
        if part["is_lifted"]:
            return self.env._(
                "Vital: at least %(units)s are kept whatever the demand.", units=self.company_id.repair_vital_minimum)
        if part["plan"].method == "none":
            return self.env._("Vital: one is kept although nobody asked for it.")
        text = self.env._(
            "Reorder point %(units)s: enough until the order is there with a chance of %(service)s %%.",
            units=f"{part['reorder']:g}", service=f"{part['service']:g}")
        if part["service"] > part["policy"].service_level:
            text += " " + self.env._("The part's criticality asks for more than its class.")
        return text

    def _explain_lot(self, part):
        if not part["lot"]:
            return ""
        return self.env._(
            "Lot %(lot)s: an order line costs %(cost)s, holding %(holding)g %% a year, at most %(months)s months' demand.",
            lot=f"{part['lot']:g}", cost=self.currency_id.format(self.company_id.repair_order_cost),
            holding=self.company_id.repair_holding_percent, months=self.company_id.repair_cover_months)

    def _explain_proposal(self, part, health, proposal):
        """Return why slow or dead stock should go back, be sold off or be scrapped."""
        if not proposal:
            return False
        idle = self.env._("never used") if part["facts"].used is None else self.env._("not used for %(days)s days", days=part["facts"].used)
        return {
            "return": self.env._(
                "%(idle)s; received %(days)s days ago, the supplier still takes it back.", idle=idle.capitalize(),
                days=part["facts"].received),
            "sell": self.env._("%(idle)s; too old to give back, still fit for what it was made for.", idle=idle.capitalize()),
            "scrap": self.env._("%(idle)s; superseded and no longer fitted.", idle=idle.capitalize()),
        }[proposal]
