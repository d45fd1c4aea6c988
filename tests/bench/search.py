"""The desk's search box: one appliance among 200,000 of 150,000 customers, by each thing a caller can say or a scanner can type.

Ours answers as the desk user: the list under the appliances' search box (``web_search_read`` with the search view's domain),
the same among service orders, and the drop-down of a request (``name_search``). Core's side of each line is the same search of
its own: a customer by a part of his name, among as many customers. The records are made in SQL and rolled back.
"""

from odoo.fields import Domain
from odoo.tests import new_test_user
from odoo.tools import SQL
from odoo.tools.sql import table_columns

SIZES = (1,)
CUSTOMERS, APPLIANCES = 150_000, 200_000  # and an order of three appliances in ten
# Most people have one of these surnames, so that a surname finds thousands.
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国"
# Numbers of the customer that every line looks for; his appliance bears the same.
WANTED = 77_777
TERMS = {
    "telephone": "138 0007 7777",
    "telephone +86": "+86-13800077777",
    "telephone, last 4": "7777",
    "land line": "021-6007 7779",
    "name": "王伟明077777",
    "name, 2 signs": "赵敏",
    "serial": "SN00077777",
    "serial, part": "0077777",
    "model": "KFR-35GW/77",
    "scanned GS1": "(01)06901234567892(21)SN00077777",
    "scanned URL": "https://example.com/p?sn=SN00077777",
    "nothing found": "QQ-NOT-THERE-9",
}
LIST = {
    "display_name": {}, "partner_id": {"fields": {"display_name": {}}}, "partner_phone": {}, "serial_number": {}, "model_name": {},
    "brand_id": {"fields": {"display_name": {}}}, "warranty_state": {}, "repair_count": {},
}
ORDER_LIST = {
    "name": {}, "partner_id": {"fields": {"display_name": {}}}, "appliance_id": {"fields": {"display_name": {}}}, "service_stage": {},
    "coverage": {}, "technician_id": {"fields": {"display_name": {}}},
}


def _clone(env, record, columns, source):
    """Copy a record's row once for each row of ``source``, with other values in ``columns``; required columns stay filled."""
    env.flush_all()
    kept = [name for name in table_columns(env.cr, record._table) if name != "id" and name not in columns]
    env.cr.execute(SQL(
        "INSERT INTO %(table)s (%(names)s) SELECT %(values)s FROM %(table)s sample, %(source)s WHERE sample.id = %(id)s",
        table=SQL.identifier(record._table), source=source, id=record.id,
        names=SQL(", ").join(SQL.identifier(name) for name in [*kept, *columns]),
        values=SQL(", ").join([*(SQL.identifier("sample", name) for name in kept), *columns.values()])))


def _fill_customers(env):
    """Customers with a name that holds three signs, and a mobile or a land line number in one of several spellings.

    :return: the number that comes before the first one's id
    """
    sample = env["res.partner"].create({"name": "Sample", "lang": "en_US"})
    name = SQL(
        """CASE n WHEN %s THEN %s ELSE substr(%s, (1 + n %% 20)::int, 1) || substr(%s, (1 + (n / 20) %% 30)::int, 1)
                                       || substr(%s, (1 + (n / 600) %% 30)::int, 1) END""",
        WANTED, TERMS["name"], SURNAMES, GIVEN, GIVEN)
    phone = SQL(
        """CASE WHEN n = %s THEN '138 0007 7777' WHEN n %% 4 = 0 THEN '138' || lpad(n::text, 8, '0')
                WHEN n %% 4 = 1 THEN '+86 139 ' || lpad(n::text, 8, '0')
                WHEN n %% 4 = 2 THEN '137-' || substr(lpad(n::text, 8, '0'), 1, 4) || '-' || substr(lpad(n::text, 8, '0'), 5)
                ELSE '021-6' || lpad(n::text, 7, '0') END""", WANTED)
    columns = {"name": name, "complete_name": name, "phone": phone}
    if "phone_digits" in env["res.partner"]._fields:
        columns["phone_digits"] = SQL("regexp_replace(regexp_replace(%s, '^\\+86|[^0-9]', '', 'g'), '^0', '')", phone)
    _clone(env, sample, columns, SQL("generate_series(1, %s) n", CUSTOMERS))
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE id > %s", [sample.id])
    env.cr.execute("SELECT id FROM res_partner WHERE name = %s", [TERMS["name"]])
    return env.cr.fetchone()[0] - WANTED


def _fill_service(env, first):
    """Appliances, one each and a second one for every third customer, and the orders of some of them."""
    partner = env["res.partner"].browse(first + WANTED)
    categories = env["repair.appliance.category"].search([]).ids
    brands = env["repair.brand"].create([{"name": f"Bench brand {number}"} for number in range(20)]).ids
    sample = env["repair.appliance"].create({"partner_id": partner.id, "category_id": categories[0]})
    order = env["repair.order"].create({"appliance_id": sample.id, "fault_description": "Does not cool"})
    _clone(env, sample, {
        "partner_id": SQL("%s + 1 + (n - 1) %% %s", first, CUSTOMERS),
        "category_id": SQL("(%s::int[])[1 + n %% %s]", categories, len(categories)),
        "brand_id": SQL("(%s::int[])[1 + n %% %s]", brands, len(brands)),
        "model_name": SQL("CASE n %% 3 WHEN 0 THEN 'BCD-' || n %% 900 ELSE 'KFR-35GW/' || n %% 900 END"),
        "serial_number": SQL("'SN' || lpad(n::text, 8, '0')"),
    }, SQL("generate_series(1, %s) n", APPLIANCES))
    _clone(env, order, {
        "name": SQL("'BENCH/' || lpad(made.id::text, 7, '0')"), "appliance_id": SQL("made.id"), "partner_id": SQL("made.partner_id"),
        "access_token": SQL("NULL"),
    }, SQL("(SELECT id, partner_id FROM repair_appliance WHERE id > %s AND (id - %s) %% 10 IN (1, 4, 7)) made",
           sample.id, _first_appliance(env, sample)))


def _first_appliance(env, sample):
    """The number that comes before the id of the first appliance, so that the wanted one (a 7 at its end) has an order."""
    env.cr.execute("SELECT min(id) - 1 FROM repair_appliance WHERE id > %s", [sample.id])
    return env.cr.fetchone()[0]


def _analyze(env, *tables):
    for table in tables:
        env.cr.execute(SQL("ANALYZE %s", SQL.identifier(table)))
    env.invalidate_all()


def _as_user(env, groups):
    user = new_test_user(env, "bench_desk", groups, tz="Asia/Shanghai")
    env.flush_all()
    return env(user=user, context={"lang": "en_US", "tz": "Asia/Shanghai", "allowed_company_ids": env.company.ids})


def core(env, size):
    """Core's search of a customer by a part of his name, once for each line."""
    _fill_customers(env)
    _analyze(env, "res_partner")
    env = _as_user(env, "base.group_user,base.group_partner_manager")
    env["res.partner"].name_search("warm up")
    for term in TERMS:
        yield f"list: {term}"
        env["res.partner"].web_search_read(
            Domain("display_name", "ilike", "王伟明"), {"display_name": {}, "phone": {}, "email": {}}, limit=80, count_limit=10_001)
    for term in TERMS:
        yield f"orders: {term}"
        env["res.partner"].web_search_read(
            Domain("display_name", "ilike", "王伟明"), {"display_name": {}, "phone": {}, "email": {}}, limit=80, count_limit=10_001)
    for term in TERMS:
        yield f"drop-down: {term}"
        env["res.partner"].name_search("王伟明")


def ours(env, size):
    """The same with our search box; the last line is core's own search of a customer, as our addons leave it."""
    env.company.country_id = env.ref("base.cn")
    _fill_service(env, _fill_customers(env))
    _analyze(env, "res_partner", "repair_appliance", "repair_order")
    env = _as_user(env, "base.group_user,repair_service.repair_service_group_desk")
    appliances, orders = env["repair.appliance"], env["repair.order"]
    appliances.web_search_read(Domain("display_name", "ilike", "warm up"), LIST, limit=80)
    orders.web_search_read(Domain("display_name", "ilike", "warm up"), ORDER_LIST, limit=80)
    for term, text in TERMS.items():
        yield f"list: {term}"
        appliances.web_search_read(Domain("display_name", "ilike", text), LIST, limit=80, count_limit=10_001)
    for term, text in TERMS.items():
        yield f"orders: {term}"
        orders.web_search_read(
            Domain("appliance_id", "!=", False) & Domain("display_name", "ilike", text), ORDER_LIST, limit=80, count_limit=10_001)
    for term, text in TERMS.items():
        yield f"drop-down: {term}"
        found = appliances.name_search(text)
        assert bool(found) == (term != "nothing found"), (term, found)
    yield "customer by name"
    env["res.partner"].web_search_read(
        Domain("display_name", "ilike", "王伟明"), {"display_name": {}, "phone": {}, "email": {}}, limit=80, count_limit=10_001)
