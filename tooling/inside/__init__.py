"""Programs that run in the virtual environment with Odoo on the path; the rest of ``tooling`` needs neither."""
