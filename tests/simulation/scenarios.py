"""What happens in a shop during a run, as data."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence

from tests.simulation.office import Step

# A customer, an item, two invoices and a payment; then some of it changes while it may be on its way.
SMALL = (
    Step(0.0, "enter", "1001", "M. Okafor", "100.00"),
    Step(2.0, "enter", "1002", "M. Okafor", "249.95"),
    Step(2.2, "pay", "1002", price="100.00", reference="501"),
)
CHANGING = (
    *SMALL,
    Step(2.4, "edit", "1001", price="120.00"),
    Step(4.0, "void", "1002"),
)
CUSTOMERS = ("M. Okafor", "Ann Doe", "Reliable Heating, Inc.")


def drawn(seed: int) -> list[Step]:
    """One to eight invoices, some of them changed, paid or voided soon after; Retry is pressed now and then.

    In every other storm the words of invoices, customers and the product change too, and money is moved.
    """
    dice, cashier = random.Random(f"office {seed}"), random.Random(f"cashier {seed}")
    steps: list[Step] = []
    for index in range(dice.choice((1, 1, 2, 2, 3, 8))):
        number, after = str(1001 + index), round(dice.choice((0.0, dice.uniform(0, 5), dice.uniform(0, 900))), 2)
        steps.append(Step(after, "enter", number, dice.choice(CUSTOMERS), f"{dice.randint(100, 99999) / 100:.2f}"))
        if dice.random() < 0.4:
            change = round(after + dice.choice((0.3, 1.0, 5.0, dice.uniform(0, 600))), 2)
            steps.append(Step(change, "edit", number, price=f"{dice.randint(100, 99999) / 100:.2f}"))
            after = change
        if dice.random() < 0.15:
            steps.append(Step(round(after + dice.choice((0.4, 2.0, dice.uniform(0, 600))), 2), "void", number))
        for likely, letter in ((0.4, "c"), (0.2, "d")):
            if cashier.random() < likely:
                steps += _paid(cashier, number, after, f"{letter}{number}")
    if dice.random() < 0.3:
        steps.append(Step(round(dice.uniform(1, 900), 2), "retry"))
    return [*steps, *_corrected(random.Random(f"clerk {seed}"), steps)]


def _corrected(dice: random.Random, steps: Sequence[Step]) -> Iterator[Step]:
    if dice.random() < 0.5:
        return
    for step in steps:
        if step.what == "enter" and dice.random() < 0.4:
            yield Step(_soon(dice, step.after), "annotate", step.number, reference=f"Door {dice.randint(1, 9)}")
        if step.what == "enter" and dice.random() < 0.15:
            yield Step(_soon(dice, step.after), "renumber", step.number, reference=f"{step.number}-B")
        if step.what == "enter" and dice.random() < 0.15:
            yield Step(_soon(dice, step.after), "redate", step.number)
        if step.what == "enter" and dice.random() < 0.15:
            yield Step(_soon(dice, step.after), "move invoice", step.number, customer=dice.choice(CUSTOMERS))
        if step.what == "enter" and dice.random() < 0.3:
            yield Step(_soon(dice, step.after), "correct customer", customer=step.customer, reference=_phone(dice))
        if step.what == "enter" and dice.random() < 0.1:
            yield Step(
                _soon(dice, step.after), "rename customer", customer=step.customer, reference=f"of {step.number}"
            )
        if step.what == "pay" and dice.random() < 0.4:
            yield Step(_soon(dice, step.after), "move payment", step.number, reference=step.reference)
        if step.what == "pay" and dice.random() < 0.2:
            yield Step(_soon(dice, step.after), "restate payment", step.number, reference=step.reference)
    for _ in range(dice.choice((0, 0, 1, 2))):
        yield Step(round(dice.uniform(0, 900), 2), "correct item", reference=f"An hour of {dice.randint(1, 9)}")


def _phone(dice: random.Random) -> str:
    return f"216-555-01{dice.randint(10, 99)}"


def _paid(dice: random.Random, number: str, after: float, reference: str) -> Iterator[Step]:
    """A payment in part, or of more than is owed; some are corrected or void soon after."""
    after = _soon(dice, after)
    yield Step(after, "pay", number, price=f"{dice.randint(100, 99999) / 100:.2f}", reference=reference)
    if dice.random() < 0.3:
        after = _soon(dice, after)
        yield Step(after, "correct payment", reference=reference)
    if dice.random() < 0.3:
        yield Step(_soon(dice, after), "void payment", reference=reference)


def _soon(dice: random.Random, after: float) -> float:
    return round(after + dice.choice((0.3, 1.0, 5.0, dice.uniform(0, 600))), 2)


# Few calls a minute, so that few invoices are many: our names and QuickBooks' for the same limits.
LIMITS = (
    ("REQUESTS_A_MINUTE", "requests_per_minute", 12),
    ("REQUESTS_A_SECOND", "requests_per_second", 4),
    ("BATCHES_A_MINUTE", "batches_per_minute", 3),
)
BATCH_SIZE = 3


def busy(seed: int) -> list[Step]:
    """Two dozen invoices within seconds."""
    dice = random.Random(f"busy {seed}")
    names = (f"{1001 + index}" for index in range(24))
    return [Step(round(dice.uniform(0, 5), 2), "enter", name, CUSTOMERS[0], "100.00") for name in names]
