from . import portal, portal_photo, portal_visit
