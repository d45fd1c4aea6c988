{
    "name": "After-sales Training",
    "summary": "Certificates decide which families of appliances a technician may take",
    "version": "19.0.1.0.0",
    "category": "Human Resources/Training",
    "author": "Repair Suite",
    "license": "LGPL-3",
    "depends": [
        "repair_service",
        "hr_skills",
    ],
    # The skills come before the families that require them; the actions before the menus.
    "data": [
        "security/ir.model.access.csv",
        "data/hr_skill_data.xml",
        "data/repair_appliance_category_data.xml",
        "data/mail_activity_type_data.xml",
        "views/hr_employee_skill_views.xml",
        "views/hr_employee_views.xml",
        "views/hr_employee_public_views.xml",
        "views/repair_appliance_category_views.xml",
        "views/repair_appointment_views.xml",
        "views/res_config_settings_views.xml",
        "views/menus.xml",
    ],
    "demo": [
        "demo/repair_training_demo.xml",
    ],
    "post_init_hook": "post_init_hook",
    "application": True,
}
