from odoo import api, fields, models


class QmsDocumentCollect(models.TransientModel):
    """Takes the signatures of readers who have no login: on the screen, or on a sheet of paper."""

    _name = "qms.document.collect"
    _description = "Signatures of Readers"
    _inherit = ["repair.input"]

    reading_ids = fields.Many2many("qms.document.reading", string="Who signed", required=True, readonly=True)
    manner = fields.Selection(
        [("signature", "On this screen"), ("paper", "On paper")], "Signed", required=True,
        compute="_compute_manner", store=True, readonly=False, precompute=True)
    is_single = fields.Boolean(compute="_compute_is_single")
    reader_name = fields.Char("Reader", compute="_compute_reader_name")
    signature = fields.Binary()
    sheet = fields.Binary("Signed sheet", help="A photo (PNG, JPEG) or a PDF of the sheet.")
    sheet_name = fields.Char("Name of the file")
    signed_on = fields.Date("Signed on", required=True, default=fields.Date.context_today)

    @api.depends("reading_ids")
    def _compute_is_single(self):
        for wizard in self:
            wizard.is_single = len(wizard.reading_ids) == 1

    @api.depends("reading_ids")
    def _compute_manner(self):
        for wizard in self:
            wizard.manner = "signature" if len(wizard.reading_ids) == 1 else "paper"

    @api.depends("reading_ids")
    def _compute_reader_name(self):
        for wizard in self:
            wizard.reader_name = ", ".join(wizard.reading_ids.employee_id.sudo().mapped("name"))  # on the list that he reads

    def action_confirm(self):
        """Record the signatures."""
        self.ensure_one()
        screen = self.manner == "signature"
        wizard = self.with_context(bin_size=False)
        self.reading_ids._collect(
            self.manner, wizard.signature if screen else wizard.sheet, False if screen else self.sheet_name,
            False if screen else self.signed_on)
        return {"type": "ir.actions.act_window_close"}
