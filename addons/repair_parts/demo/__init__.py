from . import demo_orders
from . import demo_catalogue
