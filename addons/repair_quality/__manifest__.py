{
    "name": "After-sales Quality",
    "summary": "Quality policy, objectives read from live figures, nonconformities and actions",
    "version": "19.0.1.0.0",
    "category": "Services/Quality",
    "author": "Repair Suite",
    "license": "LGPL-3",
    "depends": [
        "repair_training",
    ],
    # Groups come first: every other file names them. Views that define actions come before the menus.
    "data": [
        "security/repair_quality_groups.xml",
        "security/ir.model.access.csv",
        "security/repair_quality_rules.xml",
        "data/ir_sequence_data.xml",
        "data/mail_activity_type_data.xml",
        "data/ir_cron_data.xml",
        "views/qms_action_views.xml",
        "views/qms_nonconformity_views.xml",
        "views/qms_objective_value_views.xml",
        "views/qms_objective_views.xml",
        "views/qms_policy_views.xml",
        "views/repair_order_views.xml",
        "views/menus.xml",
    ],
    "demo": [
        "demo/repair_quality_demo.xml",
    ],
    "application": True,
    "uninstall_hook": "uninstall_hook",
}
