import hashlib
import hmac
from datetime import timedelta

from odoo import api, fields, models
from odoo.tools import SQL

KEPT_DAYS = 3


class RepairRequestCount(models.Model):
    """How often an address or a telephone number asked, as fingerprints: nobody reads from it who did."""

    _name = "repair.request.count"
    _description = "Count of public requests"

    kind = fields.Char(required=True)
    fingerprint = fields.Char(required=True)
    period = fields.Datetime(required=True, index=True)
    count = fields.Integer(required=True, default=0)

    _once = models.UniqueIndex("(kind, fingerprint, period)")

    @api.model
    def _get_fingerprint(self, text):
        """Return a text as a code that cannot be turned back or guessed without the database's secret."""
        secret = self.env["ir.config_parameter"].sudo().get_param("database.secret")  # never leaves this method
        return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()

    @api.model
    def _take(self, kind, text, limit, hours):
        """Count one more, and say whether it is still within the limit.

        One statement: of two requests at once the database lets one wait, and nobody passes twice on the same count.

        :param str kind: what is counted
        :param str text: who is counted
        :param int limit: how many a period
        :param int hours: length of the period
        """
        now = fields.Datetime.now()
        period = now.replace(hour=now.hour - now.hour % hours, minute=0, second=0, microsecond=0)
        [[count]] = self.env.execute_query(SQL(
            """
            INSERT INTO repair_request_count (kind, fingerprint, period, count) VALUES (%s, %s, %s, 1)
            ON CONFLICT (kind, fingerprint, period) DO UPDATE SET count = repair_request_count.count + 1
            RETURNING count
            """, kind, self._get_fingerprint(f"{kind}:{text}"), period))
        return count <= limit

    @api.autovacuum
    def _gc_counts(self):
        self.sudo().search([("period", "<", fields.Datetime.now() - timedelta(days=KEPT_DAYS))], limit=10_000).unlink()  # housekeeping


class RepairRequestKey(models.Model):
    """What was sent in once already, so that it comes to one request however often it is sent."""

    _name = "repair.request.key"
    _description = "Key of a request sent in"

    scope = fields.Char(required=True)
    key = fields.Char(required=True)
    fingerprint = fields.Char()
    enquiry_id = fields.Many2one("repair.enquiry", ondelete="cascade", index="btree_not_null")
    repair_id = fields.Many2one("repair.order", ondelete="cascade", index="btree_not_null")

    _once = models.UniqueIndex("(scope, key)")

    @api.model
    def _claim(self, scope, key, fingerprint=""):
        """Take a key.

        Of two senders at once the second waits for the first, and its transaction is then repeated by Odoo (the database
        reports a serialization failure), so that it finds what the first has made.

        :return: (record, whether it is new)
        """
        keys_sudo = self.sudo()  # a technical record of this method
        rows = self.env.execute_query(SQL(
            "INSERT INTO repair_request_key (scope, key, fingerprint) VALUES (%s, %s, %s) ON CONFLICT (scope, key) DO NOTHING RETURNING id",
            scope, key, fingerprint))
        if rows:
            return keys_sudo.browse(rows[0][0]), True
        return keys_sudo.search([("scope", "=", scope), ("key", "=", key)]), False
