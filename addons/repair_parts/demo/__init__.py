from . import demo_catalogue
from . import demo_orders
