{
    "name": "After-sales Service",
    "summary": "Appliances, warranty, booking, diagnosis, quotation, repair, inspection and acceptance",
    "version": "19.0.1.0.0",
    "category": "Services/Repair",
    "author": "Repair Suite",
    "license": "LGPL-3",
    "depends": [
        "repair",
        "stock_account",
        "hr",
        "calendar",
        "portal",
        "sms",
    ],
    # Groups come first: every other file names them. Views that define actions come before the menus.
    "data": [
        "security/repair_service_groups.xml",
        "security/ir.model.access.csv",
        "security/repair_service_rules.xml",
        "views/menus.xml",
    ],
    "demo": [],
    "pre_init_hook": "pre_init_hook",
    "application": False,
}
