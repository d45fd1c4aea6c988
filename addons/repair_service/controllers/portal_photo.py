from odoo import http
from odoo.exceptions import AccessError, MissingError
from odoo.http import request

from .portal import ORDER_ID_MAX, RepairPortal


class RepairPortalPhoto(RepairPortal):

    @http.route("/my/repairs/<int:order_id>/photos/<int:photo_id>", type="http", auth="public", website=True)
    def portal_repair_photo(self, order_id, photo_id, access_token=None, small=False, **kw):
        try:
            repair_sudo = self._get_repair(order_id, access_token)
        except (AccessError, MissingError):
            return request.not_found()
        photo_sudo = repair_sudo._get_customer_photos().filtered(lambda photo: photo.id == min(photo_id, ORDER_ID_MAX))
        if not photo_sudo:
            return request.not_found()
        stream = request.env["ir.binary"]._get_image_stream_from(photo_sudo, "image_512" if small else "image")
        stream.public = False
        return stream.get_response(content_security_policy="default-src 'none'")
