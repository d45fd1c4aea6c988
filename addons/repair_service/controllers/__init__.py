from . import portal, portal_complaint, portal_photo, portal_satisfaction, portal_visit
from . import portal_link, public_prices, public_request
from . import brand_claim
