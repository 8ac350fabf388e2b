"""Every safeguard that `make mutate` breaks, by area."""

from tests.mutation.safeguard import Safeguard
from tests.mutation.safeguards import (
    access,
    business,
    connection,
    engine,
    faults,
    fences,
    fixing,
    inbound,
    matching,
    money,
    outbox,
    payloads,
    payments,
    two_people,
)

SAFEGUARDS: dict[str, tuple[Safeguard, ...]] = {
    "Money": money.SAFEGUARDS,
    "Invoices, payments, import": business.SAFEGUARDS,
    "What is sent": payloads.SAFEGUARDS,
    "Payments": payments.SAFEGUARDS,
    "Two people, one set of books": two_people.SAFEGUARDS,
    "Each invoice once": engine.SAFEGUARDS,
    "Whoever is overtaken writes nothing": fences.SAFEGUARDS,
    "What comes from QuickBooks": inbound.SAFEGUARDS,
    "Which record is which": matching.SAFEGUARDS,
    "Causes fixed in their cards": fixing.SAFEGUARDS,
    "The queue": outbox.SAFEGUARDS,
    "Connection, tokens and limits": connection.SAFEGUARDS,
    "What a fault is read as": faults.SAFEGUARDS,
    "Who sees and may do what": access.SAFEGUARDS,
}
