from . import portal, portal_photo
