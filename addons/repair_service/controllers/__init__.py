from . import portal, portal_complaint, portal_photo, portal_satisfaction, portal_visit
