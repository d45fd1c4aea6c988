from odoo.addons.repair_service.hooks import forget_inheritance


def uninstall_hook(env):
    """Leave no name behind of what goes."""
    forget_inheritance(env, "repair_quality")
