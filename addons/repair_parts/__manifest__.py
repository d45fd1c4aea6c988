{
    "name": "Repair Spare Parts",
    "summary": "Spare-part catalogue, lots by receipt, first in first out that can be seen, substitutes, picking for visits",
    "version": "19.0.1.0.0",
    "category": "Services/Repair",
    "author": "Repair Suite",
    "license": "LGPL-3",
    "depends": ["repair_service", "purchase_stock"],
    # Groups come first, then the category that the parts live in, then screens and the menus that open them.
    "data": [
        "security/repair_parts_groups.xml",
        "security/ir.model.access.csv",
        "security/repair_parts_rules.xml",
        "data/product_category_data.xml",
        "views/product_template_views.xml",
        "views/stock_move_views.xml",
        "views/repair_order_views.xml",
        "views/repair_appliance_views.xml",
        "views/repair_part_fifo_source_views.xml",
        "wizard/repair_part_substitute_views.xml",
        "views/menus.xml",
    ],
    "uninstall_hook": "uninstall_hook",
    "demo": [
        "demo/res_partner_demo.xml",
        "demo/product_template_demo.xml",
        "demo/receipts_demo.xml",
    ],
}
