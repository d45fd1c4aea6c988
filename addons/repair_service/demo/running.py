"""The orders under way: how far each has come, what is broken, and what is special about it.

``kind`` picks the family and, after a colon, the fault's number in ``faults``; ``days`` is how long ago it was reported.
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Spec:
    """One order: ``special`` names what happened besides the usual, ``portal`` marks those of the customer
    with a login, ``technician`` the number of the technician where he has one."""

    stage: str
    kind: str
    days: int
    special: str = ""
    portal: bool = False
    technician: int = 0
    channel: str = "phone"


RUNNING = (
    # Closed last week, invoiced and paid.
    Spec("closed", "tv:1", 9),
    Spec("closed", "air_conditioner:3", 9, portal=True, channel="wechat"),
    Spec("closed", "washer:3", 8),
    Spec("closed", "kitchen:0", 8, "refused_closed"),
    # The customer has accepted: the invoice is missing, drafted or posted.
    Spec("accepted", "water_heater:0", 3),
    Spec("accepted", "refrigerator:0", 4, channel="wechat"),
    Spec("accepted", "washer:0", 5, "invoice_draft"),
    Spec("accepted", "air_conditioner:2", 6, "invoice_posted"),
    # Repaired and inspected, waiting for the customer's signature.
    Spec("inspected", "tv:2", 5, technician=2),
    Spec("inspected", "refrigerator:3", 4),
    Spec("inspected", "kitchen:3", 4, channel="web"),
    Spec("inspected", "air_conditioner:4", 3),
    # Under repair: as planned, failed its first inspection, waits for a supplement, taken to the workshop.
    Spec("repairing", "washer:2", 4, technician=1),
    Spec("repairing", "refrigerator:1", 5, "failed"),
    Spec("repairing", "air_conditioner:7", 4, "supplement"),
    Spec("repairing", "tv:0", 6, "pickup"),
    Spec("repairing", "tv:1", 27, "limit"),
    # Repaired by the technician, who may not inspect it himself: gas appliances wait for another inspector.
    Spec("repairing", "water_heater:3", 3, "other_inspector", technician=2),
    # Approved, to be started; one for nothing because the manager was generous.
    Spec("approved", "water_heater:1", 3),
    Spec("approved", "air_conditioner:0", 3, channel="wechat", technician=1),
    Spec("approved", "kitchen:2", 4),
    Spec("approved", "washer:5", 3, "goodwill"),
    # Quoted: waiting for the answer, taken apart by the user before, refused.
    Spec("quoted", "refrigerator:2", 2, portal=True, channel="wechat"),
    Spec("quoted", "air_conditioner:1", 3),
    Spec("quoted", "washer:4", 2, "misuse"),
    Spec("quoted", "tv:4", 3, "refused"),
    Spec("quoted", "water_heater:5", 2, channel="web", technician=2),
    # Diagnosed: to be quoted; one comes back under the warranty on the repair before.
    Spec("diagnosed", "refrigerator:5", 2),
    Spec("diagnosed", "air_conditioner:6", 2, "repair_warranty"),
    Spec("diagnosed", "kitchen:1", 2),
    Spec("diagnosed", "small:0", 3, "workshop", channel="walk_in"),
    # Booked for the next free windows.
    Spec("booked", "washer:6", 1, portal=True),
    Spec("booked", "air_conditioner:5", 1, "moved"),
    Spec("booked", "water_heater:4", 1, channel="wechat"),
    Spec("booked", "tv:3", 1, technician=1),
    Spec("booked", "refrigerator:4", 0, technician=1),
    Spec("booked", "air_conditioner:0", 1, technician=1, channel="wechat"),
    Spec("booked", "kitchen:4", 0, channel="web", technician=2),
    Spec("booked", "washer:0", 1, technician=1),
    Spec("booked", "refrigerator:6", 0),
    # Reported, not booked yet.
    Spec("requested", "air_conditioner:7", 0, "urgent"),
    Spec("requested", "washer:1", 0, channel="wechat"),
    Spec("requested", "water_heater:2", 0),
    Spec("requested", "other:1", 1, channel="web"),
    # Cancelled.
    Spec("cancelled", "tv:0", 4),
    Spec("cancelled", "air_conditioner:4", 6),
    Spec("cancelled", "washer:0", 3, channel="web"),
    Spec("cancelled", "small:2", 2),
)
ORDER = ("requested", "booked", "diagnosed", "quoted", "approved", "repairing", "inspected", "accepted", "closed")
