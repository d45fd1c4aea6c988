"""What the pages that need no login have in common."""

from odoo.http import request

from ..engine import texts


def get_companies():
    """The companies that take public requests, those with technicians before all others."""
    companies_sudo = request.env["res.company"].sudo().search([("repair_web_request", "=", True)])  # their public face only
    staffed = request.env["hr.employee"].sudo()._read_group(  # whether there is anybody
        [("is_technician", "=", True), ("company_id", "in", companies_sudo.ids)], ["company_id"])
    return companies_sudo.filtered(lambda company: (company,) in staffed) or companies_sudo


def get_company(chosen=None):
    """The company that is asked: the chosen one, else the user's own, else the first that takes public requests; may be empty."""
    serving = get_companies()
    wanted = serving.filtered(lambda company: str(company.id) == chosen)
    return wanted or serving.filtered(lambda company: company == request.env.company) or serving[:1]


def read_texts(values, names):
    """What a browser sent for the fields ``names``, without what no keyboard writes."""
    return {name: texts.clean(values.get(name)).strip() for name in names}


def is_key(text):
    """Whether ``text`` can be a token at all; other text cannot even be compared with one."""
    return isinstance(text, str) and text.isascii() and text.isprintable()


def keep_private(response):
    """Mark a page whose address is its key: it is told to nobody, and kept by no search engine."""
    response.headers["Referrer-Policy"] = "no-referrer"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
