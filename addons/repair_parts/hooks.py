from odoo.addons.repair_service.hooks import forget_inheritance, leave_used_records


def uninstall_hook(env):
    """Leave to the company what its documents name, and the category of the spare parts when it holds products.

    Deleting it would take the costing method from under the stock it values; empty, it goes with the addon.
    """
    leave_used_records(env, "repair_parts")
    forget_inheritance(env, "repair_parts")
    category = env["product.category"]._get_spare_parts_category()
    if category and env["product.template"].with_context(active_test=False).search_count([("categ_id", "child_of", category.id)], limit=1):
        env["ir.model.data"].search([("module", "=", "repair_parts"), ("name", "=", "product_category_spare_parts")]).unlink()
