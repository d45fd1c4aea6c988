"""The desk's search box: one appliance among 200,000 of 150,000 customers, by each thing a caller can say or a scanner can type.

Ours answers as the desk user: the list under the appliances' search box (``web_search_read`` with the search view's domain),
the same among service orders, and the drop-down of a request (``name_search``). Core's side of each line is the same search of
its own: a customer by a part of his name, among as many customers. The records are made in SQL and rolled back.
"""

from odoo.fields import Domain
from odoo.tests import new_test_user
from odoo.tools import SQL

SIZES = (1,)
CUSTOMERS, APPLIANCES, ORDERS = 150_000, 200_000, 60_000
# Most people have one of these surnames, so that a surname finds thousands.
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗", "伟芳娜敏静丽强磊军洋勇艳杰娟涛明超秀霞平刚桂英华玉兰春梅建国"
# Numbers of the customer that every line looks for; his appliance bears the same.
WANTED = 77_777
TERMS = {
    "telephone": "138 0007 7777",
    "telephone +86": "+86-13800077777",
    "telephone, last 4": "7777",
    "land line": "021-6007 7777",
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


def _fill_customers(env):
    """Customers with a name that holds their number, and a mobile or a land line number in one of several spellings."""
    columns = {
        "name": SQL("substr(%s, 1 + (n * 7) %% 20, 1) || substr(%s, 1 + (n * 11) %% 30, 1) || substr(%s, 1 + (n * 13) %% 30, 1)",
                    SURNAMES, GIVEN, GIVEN),
        "phone": SQL(
            """CASE n %% 4 WHEN 0 THEN '138' || lpad(n::text, 8, '0')
                           WHEN 1 THEN '+86 138 ' || lpad(n::text, 8, '0')
                           WHEN 2 THEN '138-' || substr(lpad(n::text, 8, '0'), 1, 4) || '-' || substr(lpad(n::text, 8, '0'), 5)
                           ELSE '021-6' || lpad(n::text, 7, '0') END"""),
    }
    env.cr.execute(SQL(
        """INSERT INTO res_partner (name, complete_name, phone, active, type, is_company, create_date, lang, autopost_bills)
           SELECT name, name, phone, true, 'contact', false, now() - n * interval '1 minute', 'zh_CN', 'ask'
             FROM (SELECT n, CASE WHEN n = %s THEN '王伟明077777' ELSE %s END AS name, %s AS phone
                     FROM generate_series(1, %s) n) AS made""",
        WANTED, columns["name"], columns["phone"], CUSTOMERS))
    env.cr.execute("UPDATE res_partner SET commercial_partner_id = id WHERE commercial_partner_id IS NULL")
    env.cr.execute("UPDATE res_partner SET phone = '138 0007 7777' WHERE name = '王伟明077777'")


def _first_partner(env):
    env.cr.execute("SELECT id FROM res_partner WHERE name = '王伟明077777'")
    return env.cr.fetchone()[0] - WANTED


def _fill_service(env):
    """Appliances, one each and a second one for every third customer, and the orders of some of them."""
    env.cr.execute("""
        UPDATE res_partner SET phone_digits = regexp_replace(
            regexp_replace(phone, '^\\+86|[^0-9]', '', 'g'), '^0', '') WHERE phone IS NOT NULL AND phone_digits IS NULL""")
    categories = env["repair.appliance.category"].search([]).ids
    brands = env["repair.brand"].create([{"name": f"Bench brand {number}"} for number in range(20)]).ids
    env.cr.execute(SQL(
        """INSERT INTO repair_appliance (partner_id, category_id, brand_id, model_name, serial_number, company_id, active, create_date)
           SELECT %s + 1 + (n - 1) %% %s, (%s::int[])[1 + n %% %s], (%s::int[])[1 + n %% %s],
                  CASE n %% 3 WHEN 0 THEN 'BCD-' || n %% 900 ELSE 'KFR-35GW/' || n %% 900 END,
                  'SN' || lpad(n::text, 8, '0'), %s, true, now()
             FROM generate_series(1, %s) n""",
        _first_partner(env), CUSTOMERS, categories, len(categories), brands, len(brands), env.company.id, APPLIANCES))
    sample = env["repair.order"].create({
        "appliance_id": env["repair.appliance"].search([], order="id", limit=1).id, "fault_description": "Does not cool"})
    env.flush_all()
    env.cr.execute(SQL(
        """INSERT INTO repair_order (name, state, service_stage, company_id, appliance_id, partner_id, picking_type_id, location_id,
                                     location_dest_id, parts_location_id, priority, requested_on, schedule_date, create_date,
                                     fault_description, service_type, channel, quotation_state, coverage, product_uom)
           SELECT 'BENCH/' || lpad(a.id::text, 7, '0'), o.state, o.service_stage, o.company_id, a.id, a.partner_id, o.picking_type_id,
                  o.location_id, o.location_dest_id, o.parts_location_id, '0', now(), now(), now(), 'Does not cool', 'onsite',
                  'phone', 'draft', 'customer', o.product_uom
             FROM repair_order o, repair_appliance a
            WHERE o.id = %s AND a.serial_number LIKE 'SN%%' AND a.id %% %s = 0""",
        sample.id, APPLIANCES // ORDERS))


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
    _fill_customers(env)
    _fill_service(env)
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
