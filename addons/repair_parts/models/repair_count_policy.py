from odoo import api, fields, models
from odoo.exceptions import UserError

from .product_template import CRITICALITIES

ABC = [("A", "A"), ("B", "B"), ("C", "C")]
XYZ = [("X", "X"), ("Y", "Y"), ("Z", "Z")]


class RepairCountPolicy(models.Model):
    """What a class of spare parts deserves: how often it is counted, what difference is tolerated, how surely it is on the shelf.

    The general policy of a class goes for all its parts; one for how evenly they are asked for, or how critical they are, goes before.
    """

    _name = "repair.count.policy"
    _description = "Policy of a Class of Parts"
    _inherit = ["repair.input"]
    _order = "company_id, abc_class, xyz_class, criticality, id"
    _rec_name = "abc_class"

    abc_class = fields.Selection(ABC, "Class", required=True)
    xyz_class = fields.Selection(XYZ, "XYZ class", help="Only parts that are asked for as evenly; empty: any.")
    criticality = fields.Selection(CRITICALITIES, help="Only parts that are as critical; empty: any.")
    company_id = fields.Many2one("res.company", index=True, ondelete="cascade", help="Empty: every company without a policy of its own.")
    currency_id = fields.Many2one(related="company_id.currency_id")
    counts_a_year = fields.Float(required=True, default=1.0, digits=(5, 2))
    tolerance_percent = fields.Float(
        "Tolerance (%)", required=True, help="A count that differs by more is repeated by another person. Of what the books say.")
    tolerance_value = fields.Float(
        "Tolerance in money", help="A difference worth more is always counted again, whatever its share. 0: no limit.")
    service_level = fields.Float(
        "Service level (%)", required=True, default=90.0, help="Chance that the part is there until an order comes in.")

    _class_uniq = models.UniqueIndex(
        "(abc_class, COALESCE(xyz_class, ''), COALESCE(criticality, ''), COALESCE(company_id, 0))",
        "The class has a policy already: change that one.")
    _ranges = models.Constraint(
        "CHECK (counts_a_year BETWEEN 0 AND 366 AND tolerance_percent BETWEEN 0 AND 100 AND tolerance_value >= 0"
        " AND service_level BETWEEN 50 AND 99.9)",
        "Count 0 to 366 times a year, tolerate 0 to 100 %, and keep a service level between 50 and 99.9 %.")

    def write(self, vals):
        """Change what a class deserves; for which parts and company a policy is stays as it is.

        :raises UserError: other parts or another company
        """
        for name in ("abc_class", "xyz_class", "criticality", "company_id"):
            if name in vals and any(policy[name] != self._fields[name].convert_to_record(
                    self._fields[name].convert_to_cache(vals[name], policy), policy) for policy in self):
                raise UserError(self.env._("A policy stays with its class and company: make another one for a company of its own."))
        return super().write(vals)

    @api.ondelete(at_uninstall=False)
    def _unlink_except_general(self):
        if general := self.filtered(lambda policy: not (policy.company_id or policy.xyz_class or policy.criticality)):
            raise UserError(self.env._(
                "The general policy of class %(name)s stays: change it instead.", name=", ".join(general.mapped("abc_class"))))

    @api.model
    def _get_policies(self, company):
        """Return the policies that go for ``company``: its own and the general ones."""
        return self.sudo().search([("company_id", "in", (company.id, False))])  # whoever counts need not read policies

    def _choose(self, abc_class, xyz_class, criticality):
        """Return the policy that fits best: the company's own first, then by criticality, then by how even demand is."""
        fitting = self.filtered(
            lambda policy: policy.abc_class == abc_class and policy.xyz_class in (False, xyz_class)
            and policy.criticality in (False, criticality))
        return max(fitting, key=lambda policy: (bool(policy.company_id), bool(policy.criticality), bool(policy.xyz_class), policy.id))
