from . import portal, portal_photo, portal_visit
from . import public_request
