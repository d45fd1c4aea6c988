import random
from datetime import timedelta

from odoo import api, models
from odoo.fields import Command

from . import fleet, names
from .repair_service_demo import TIME_ZONE

CUSTOMERS = 134  # private ones; the organisations come on top
SECOND_HOMES = 8
AGES = ((5, 360, 26), (360, 1095, 26), (1095, 2190, 24), (2190, 3650, 17), (3650, 5100, 7))  # days from, to, weight
PROOFS = {"invoice": 58, "payment": 17, "card": 12, "other": 4, "none": 9}


class RepairServiceDemo(models.AbstractModel):
    _inherit = "repair.service.demo"

    @api.model
    def _load_customers(self):
        """Make the customers with their addresses, and the portal user of the first one."""
        if self._find("demo_customer_001"):
            return
        rng, demo = random.Random("customers"), self._enter()
        phones = set()
        values = [demo._prepare_person(rng, phones) for _number in range(CUSTOMERS)]
        values += [demo._prepare_organisation(rng, phones, *entry) for entry in names.ORGANISATIONS]
        customers = demo.env["res.partner"].create(values)
        demo._give_ids("demo_customer", customers)
        homes = demo.env["res.partner"].create([
            demo._prepare_address(rng, phones, customers=False) | {
                "name": f"{demo._make_name(rng)}（{names.SECOND_HOMES[number % len(names.SECOND_HOMES)]}）",
                "parent_id": customer.id, "type": "other"}
            for number, customer in enumerate(customers[5:5 + 4 * SECOND_HOMES:4])
        ])
        demo._give_ids("demo_home", homes)
        demo._load_portal_user(customers[0])

    @api.model
    def _load_portal_user(self, customer):
        customer.email = "customer@anlin.example.com"
        user = self.env["res.users"].with_context(no_reset_password=True).create({
            "name": customer.name, "login": "customer", "password": "customer", "partner_id": customer.id,
            "company_id": self.env.company.id, "company_ids": [Command.set(self.env.company.ids)],
            "group_ids": [Command.set(self.env.ref("base.group_portal").ids)], "tz": TIME_ZONE,
        })
        self._give_ids("demo_user_customer", user)

    @api.model
    def _prepare_person(self, rng, phones):
        address = self._prepare_address(rng, phones)
        email = rng.random() < 0.3 and f"{address['phone'].replace(' ', '')}@mail.example.com"
        return address | {"name": self._make_name(rng), "email": email}

    @api.model
    def _make_name(self, rng):
        # A few surnames are very common: the first of the list come more often.
        return names.SURNAMES[min(int(rng.expovariate(0.06)), len(names.SURNAMES) - 1)] + rng.choice(names.GIVEN_NAMES)

    @api.model
    def _prepare_organisation(self, rng, phones, name, contact):
        address = self._prepare_address(rng, phones)
        landline = f"021-5550 {rng.randrange(1000, 9999)}"
        person = {"name": contact, "type": "contact", "phone": address["phone"], "lang": address["lang"], "tz": TIME_ZONE}
        return address | {"name": name, "is_company": True, "phone": landline, "child_ids": [Command.create(person)]}

    @api.model
    def _prepare_address(self, rng, phones, customers=True):
        district = rng.choice([*names.DISTRICTS, "浦东新区", "浦东新区"])
        street, postcode = rng.choice(names.DISTRICTS[district][1])
        lane, house, room = rng.randrange(18, 2400), rng.randrange(1, 60), rng.randrange(1, 18) * 100 + rng.randrange(1, 5)
        return {
            "street": f"{street} {lane} 弄 {house} 号 {room} 室",
            "city": district,
            "zip": postcode,
            "state_id": self.env.ref("base.state_cn_SH").id,
            "country_id": self.env.ref("base.cn").id,
            "phone": self._make_phone(rng, phones),
            "lang": self._get_language(),
            "tz": TIME_ZONE,
            "customer_rank": int(customers),
        }

    @api.model
    def _make_phone(self, rng, phones):
        while True:
            phone = f"{rng.choice(names.MOBILE_PREFIXES)} {rng.randrange(10_000):04d} {rng.randrange(10_000):04d}"
            if phone not in phones:
                phones.add(phone)
                return phone

    @api.model
    def _load_appliances(self):
        """Give the customers their two hundred appliances, from brand new to past safe use, some without papers."""
        if self._find("demo_appliance_001"):
            return
        rng, demo = random.Random("appliances"), self._enter()
        customers = demo._get_numbered("demo_customer", "res.partner")
        homes = demo._get_numbered("demo_home", "res.partner")
        kinds = []
        for count, models_ in fleet.FLEET.values():
            kinds += models_ + rng.choices(models_, [entry[4] for entry in models_], k=count - len(models_))
        rng.shuffle(kinds)
        for place, family in enumerate(("air_conditioner", "refrigerator", "washer")):  # the portal customer's own
            index = next(number for number, kind in enumerate(kinds) if number >= place and kind[0] == family)
            kinds[place], kinds[index] = kinds[index], kinds[place]
        owners = [customers[0]] * 3 + [*customers[1:], *homes]
        owners += rng.choices(customers[1:], k=len(kinds) - len(owners))
        serials = set()
        appliances = demo.env["repair.appliance"].create([
            demo._prepare_appliance(rng, owner, kind, serials) for owner, kind in zip(owners, kinds, strict=True)])
        demo._give_ids("demo_appliance", appliances)

    @api.model
    def _load_extras(self):
        """Give two customers an appliance at their second home, and register an appliance a second time, as it happens.

        They come after everything else and get no orders, so that the rest of the company stays as it is.
        """
        if self._find("demo_appliance_twice"):
            return
        demo = self._enter()
        appliances = demo._get_numbered("demo_appliance", "repair.appliance")
        homes = demo._get_numbered("demo_home", "res.partner")[:2]
        away = demo._as("desk", demo.env["repair.appliance"]).create([
            demo._prepare_copy(appliance, partner_id=home.parent_id.id, address_id=home.id, serial_number=f"{appliance.serial_number}-2",
                               purchase_date=appliance.purchase_date, purchase_proof=appliance.purchase_proof)
            for home, appliance in zip(homes, appliances, strict=False)])
        demo._give_ids("demo_appliance_away", away.with_env(demo.env))
        known = appliances.filtered(
            lambda appliance: appliance.purchase_date and appliance.serial_number.count("0") == 1
            and appliance.last_repair_id.service_stage in ("accepted", "closed"))[:1] or appliances[3]
        twice = demo._as("desk", demo.env["repair.appliance"]).create(demo._prepare_copy(
            known, partner_id=known.partner_id.id, serial_number=known.serial_number.replace("0", "O", 1), note="客户来电登记，序列号由客户口述。"))
        demo._give_ids("demo_appliance_twice", twice.with_env(demo.env))

    @api.model
    def _prepare_copy(self, appliance, **values):
        return {
            "category_id": appliance.category_id.id, "brand_id": appliance.brand_id.id, "model_name": appliance.model_name, **values}

    @api.model
    def _get_extras(self):
        """Return the appliances that came last and get no orders."""
        found = [self._find(f"demo_appliance_{name}") for name in ("twice", "away_001", "away_002")]
        return self.env["repair.appliance"].union(*filter(None, found))

    @api.model
    def _prepare_appliance(self, rng, owner, kind, serials):
        family, brand, model, pattern, _weight = kind
        category = self._find(f"category_{family}")
        root = next(name for name, (_count, models_) in fleet.FLEET.items() if kind in models_)
        today = self._get_today()
        low, high, _weight = rng.choices(AGES, [age[2] for age in AGES])[0]
        bought = today - timedelta(days=rng.randrange(low, high))
        proof = rng.choices(list(PROOFS), list(PROOFS.values()))[0]
        installed = root in fleet.INSTALLED and min(bought + timedelta(days=rng.randrange(1, fleet.INSTALLED[root] + 1)), today)
        known = proof != "none" or rng.random() < 0.5
        return {
            "partner_id": owner.id,
            "category_id": category.id,
            "brand_id": self._find(f"demo_brand_{brand}").id,
            "model_name": model,
            "serial_number": self._make_serial(rng, pattern, bought, serials),
            "purchase_date": known and bought,
            "install_date": known and installed,
            "purchase_proof": proof,
            "note": rng.random() < 0.12 and rng.choice(names.APPLIANCE_NOTES[:5] if known else names.APPLIANCE_NOTES[4:]),
        }

    @api.model
    def _make_serial(self, rng, pattern, bought, serials):
        made = bought - timedelta(days=rng.randrange(20, 150))
        dated = pattern.replace("YY", f"{made:%y}").replace("WW", f"{made.isocalendar().week:02d}")
        while True:
            serial = "".join(
                str(rng.randrange(10)) if char == "#" else rng.choice("ABCDEFHJKLMNPRSTVX") if char == "@" else char
                for char in dated)
            if serial not in serials:
                serials.add(serial)
                return serial
