from . import portal, portal_photo, portal_visit
from . import portal_link, public_prices, public_request
