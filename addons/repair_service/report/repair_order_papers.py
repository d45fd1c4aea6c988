from odoo import api, models


class RepairOrderPaper(models.AbstractModel):
    _name = "repair.order.paper"
    _description = "Paper of a service order"

    _paper = None

    @api.model
    def _get_report_values(self, docids, data=None):
        """Values of the QWeb report: the orders whose paper exists.

        :raises AccessError: when the user may not read the orders
        :raises UserError: when the paper does not exist yet
        """
        orders = self.env["repair.order"].browse(docids)
        orders.check_access("read")
        orders_sudo = orders.sudo()  # technicians may not read stock, taxes and employees, of which the paper names some
        self._check_papers(orders_sudo)
        return {"doc_ids": docids, "doc_model": "repair.order", "docs": orders_sudo}

    @api.model
    def _check_papers(self, orders):
        orders._check_paper(self._paper)


class ReportSettlement(models.AbstractModel):
    _name = "report.repair_service.report_settlement"
    _inherit = ["repair.order.paper"]
    _description = "Quotation and settlement list"

    _paper = "settlement"


class ReportWarrantyCard(models.AbstractModel):
    _name = "report.repair_service.report_warranty_card"
    _inherit = ["repair.order.paper"]
    _description = "Warranty card"

    _paper = "warranty_card"


class ReportServiceRecord(models.AbstractModel):
    _name = "report.repair_service.report_service_record"
    _inherit = ["repair.order.paper"]
    _description = "Service record"

    _paper = "service_record"


class ReportJobSheet(models.AbstractModel):
    _name = "report.repair_service.report_job_sheet"
    _inherit = ["repair.order.paper"]
    _description = "Job sheet"

    @api.model
    def _check_papers(self, orders):
        orders._check_job_sheet()  # the technician's paper is none of those on the customer's page
