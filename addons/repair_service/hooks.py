from odoo.tools import SQL

DOCUMENTED = ("res.company", "res.partner", "product.product")


def pre_init_hook(env):
    """Create the PostgreSQL extensions that the exclusion constraint on visits and the searches rest on.

    Both are trusted extensions: the owner of the database may create them.
    """
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS btree_gist")
    env.cr.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")


def uninstall_hook(env):
    """Leave to the company what its documents name, see :func:`leave_used_records`."""
    leave_used_records(env, "repair_service")
    # Kits and checklists hold the types of tools back until their tables go: these go with their own.
    env["ir.model.data"].search([("module", "=", "repair_service"), ("model", "=", "repair.tool.type")]).unlink()


def forget_inheritance(env, module):
    """Drop the names under which other addons of the suite know what the models of ``module`` inherit.

    This addon extends ``mail.thread``, and others lend their mixins; core names every inheritance after all addons that extend the
    parent, and on removal drops only those of the addon that goes.
    """
    prefixes = tuple(
        f"model_inherit__{model._name.replace('.', '_')}__" for model in env.values() if model._original_module == module)
    names = env["ir.model.data"].search([("module", "=like", "repair\\_%"), ("module", "!=", module), ("model", "=", "ir.model.inherit")])
    names.filtered(lambda name: name.name.startswith(prefixes)).unlink()


def leave_used_records(env, module):
    """Take products and contacts that documents name out of an addon's hands, so that its removal does not try to delete them.

    The call-out fee stands on invoices, a demo customer on sales orders: they stay, as the company's own records.
    """
    own_tables = {model._table for model in env.values() if model._original_module == module}
    names = env["ir.model.data"].search([("module", "=", module), ("model", "in", [*DOCUMENTED, "product.template"])])
    for model_name in DOCUMENTED:
        records = env[model_name].browse(names.filtered(lambda name, model=model_name: name.model == model).mapped("res_id"))
        if model_name == "product.product":
            templates = env["product.template"].browse(names.filtered(lambda name: name.model == "product.template").mapped("res_id"))
            records |= templates.with_context(active_test=False).product_variant_ids
        used = _get_used(records, own_tables)
        kept = {(record._name, record.id) for record in used}
        if model_name == "product.product":
            kept |= {("product.template", template.id) for template in used.product_tmpl_id}
        names.filtered(lambda name, kept=kept: (name.model, name.res_id) in kept).unlink()
        names = names.exists()


def _get_used(records, own_tables):
    """Return those of ``records`` that a foreign key outside of ``own_tables`` keeps from being deleted."""
    cr, used = records.env.cr, set()
    cr.execute(SQL(
        """SELECT c.conrelid::regclass::text, a.attname
             FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
            WHERE c.contype = 'f' AND c.confrelid = %s::regclass AND c.confdeltype IN ('a', 'r')""", records._table))
    for table, column in cr.fetchall():
        if records and table not in own_tables:
            cr.execute(SQL(
                "SELECT DISTINCT %(column)s FROM %(table)s WHERE %(column)s IN %(ids)s",
                column=SQL.identifier(column), table=SQL.identifier(table), ids=tuple(records.ids)))
            used.update(row[0] for row in cr.fetchall())
    return records.browse(used)
