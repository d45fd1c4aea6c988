from . import demo_orders
