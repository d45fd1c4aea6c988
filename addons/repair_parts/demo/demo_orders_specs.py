"""Orders with parts from stock: model of the appliance, fault, and the parts it takes."""

# pylint does not see that fields of a dataclass follow those of its base.
# pylint: disable=redundant-keyword-arg

from dataclasses import dataclass

from odoo.addons.repair_service.demo.running import Spec


@dataclass(frozen=True)
class PartsSpec(Spec):
    """An order under way that takes parts: ``model`` narrows the appliance, ``parts`` are (part, quantity)."""

    model: str = ""
    parts: tuple = ()


# The run capacitor is taken until its oldest receipt (four pieces) is used up: the order with two takes from both receipts.
ORDERS = (
    # Some weeks ago, so that the proposals of a new order know what such faults take.
    PartsSpec("closed", "washer:0", 34, parts=(("wp_30w", 1),)),
    PartsSpec("closed", "refrigerator:5", 32, parts=(("ts10k", 1),)),
    PartsSpec("closed", "washer:0", 27, parts=(("wp_30w", 1), ("fuse_10a", 1))),
    PartsSpec("closed", "refrigerator:5", 25, parts=(("ts10k", 2),)),
    PartsSpec("closed", "washer:0", 20, parts=(("wp_30w", 1),)),
    PartsSpec("closed", "air_conditioner:1", 11, model="KFR-35GW/N8", parts=(("cbb65_35", 1),)),
    PartsSpec("closed", "washer:3", 11, model="EG10012B509G", parts=(("hr0020400842", 1),)),
    PartsSpec("closed", "air_conditioner:1", 10, model="KFR-35GW", parts=(("cbb65_35", 1), ("r32_500", 1))),
    PartsSpec("closed", "tv:1", 10, model="55E3F", parts=(("hs2209410", 1), ("fuse_10a", 2))),
    PartsSpec("closed", "refrigerator:5", 9, model="BCD-470WDPG", parts=(("hr0060806024", 1),)),
    PartsSpec("accepted", "air_conditioner:1", 8, "invoice_posted", parts=(("cbb65_35", 1),)),
    PartsSpec("accepted", "water_heater:0", 6, model="ES60H-S5", parts=(("hr0040400387", 1), ("mg_rod", 1))),
    PartsSpec("inspected", "air_conditioner:1", 5, "customer_pays", parts=(("cbb65_35", 2), ("cbb61_2", 1))),
    PartsSpec("inspected", "washer:0", 4, parts=(("wp_30w", 1),), technician=1),
    PartsSpec("repairing", "refrigerator:2", 4, model="BCD-470WDPG", parts=(("hr0064000398", 1), ("hr0060806024", 1))),
    PartsSpec("repairing", "kitchen:1", 3, model="CXW-260-27X6", parts=(("rb12110325", 1),)),
    PartsSpec("approved", "washer:0", 3, "customer_pays", model="XQG100-BX12", parts=(("hr0020800119", 1),)),
    PartsSpec("approved", "tv:0", 3, model="55E3F", parts=(("led55u", 1),)),
    PartsSpec("approved", "refrigerator:5", 3, parts=(("ts10k", 1),), technician=1),
    PartsSpec("approved", "kitchen:2", 3, "customer_pays", model="EMD20T", parts=(("ft30210086", 1),)),
    PartsSpec("quoted", "air_conditioner:5", 2, model="KFR-26GW", parts=(("gr15012136", 1),)),
    PartsSpec("diagnosed", "water_heater:3", 2, model="JSQ31-16TR", parts=(("hr0040800232", 1),)),
    PartsSpec("diagnosed", "kitchen:7", 2, model="M1-L213B", parts=(("md70110056", 1),)),
)
