"""Totals to the cent, and the constraints on invoices; data."""

from tests.mutation.safeguard import Safeguard

MONEY = "runacall/invoices/money.py"
TESTS = "tests/runacall/test_money.py"
CONSTRAINTS = ("tests/runacall/test_constraints.py::test_the_database_refuses",)

SAFEGUARDS = (
    Safeguard(
        "half a cent is rounded away from zero",
        MONEY,
        "value.quantize(CENT, ROUND_HALF_UP)",
        "value.quantize(CENT, ROUND_FLOOR)",
        (f"{TESTS}::test_half_a_cent_is_rounded_away_from_zero",),
        quick=True,
    ),
    Safeguard(
        "the amount of a line is rounded once, after multiplying",
        MONEY,
        "return round_cents(quantity * unit_price)",
        "return round_cents(quantity) * round_cents(unit_price)",
        ("tests/runacall/test_constraints.py::test_amounts_of_odd_lines_pass",),
    ),
    Safeguard(
        "tax is rounded to the cent",
        MONEY,
        "tax = round_cents((amount - discount) * percent / 100)",
        "tax = (amount - discount) * percent / 100",
        (f"{TESTS}::test_the_sketched_invoice", f"{TESTS}::test_parts_add_up"),
    ),
    Safeguard(
        "tax is computed on what is left after the discount",
        MONEY,
        "tax = round_cents((amount - discount) * percent / 100)",
        "tax = round_cents(amount * percent / 100)",
        (f"{TESTS}::test_the_discount_lowers_the_taxed_and_the_untaxed_part_alike",),
    ),
    Safeguard(
        "the cents that rounding leaves over are given out",
        MONEY,
        "parts[i] += CENT",
        "parts[i] += ZERO",
        (f"{TESTS}::test_spread_is_exact_and_fair",),
    ),
    Safeguard(
        "the total is the subtotal less the discount plus the tax",
        MONEY,
        "subtotal - discount + tax, rate_sets",
        "subtotal + tax, rate_sets",
        (f"{TESTS}::test_parts_add_up",),
    ),
    Safeguard(
        "a discount is never more than the subtotal",
        MONEY,
        "if discount < 0 or discount > max(subtotal, ZERO):",
        "if discount < 0:",
        (f"{TESTS}::test_discounts_that_make_no_sense",),
    ),
    Safeguard(
        "a discount is in whole cents",
        MONEY,
        "if discount != round_cents(discount):",
        "if False:",
        (f"{TESTS}::test_discounts_that_make_no_sense",),
    ),
    Safeguard(
        "the same rates in another order are the same set",
        MONEY,
        "for id_ in sorted(set(ids))",
        "for id_ in ids",
        (f"{TESTS}::test_a_set_of_rates_is_the_same_in_any_order",),
    ),
    Safeguard(
        "a rate that is named twice is charged once",
        MONEY,
        "return sum({rate.id: rate.percent for rate in rates}.values(), Decimal(0))",
        "return sum([rate.percent for rate in rates], Decimal(0))",
        (f"{TESTS}::test_a_set_of_rates_is_the_same_in_any_order",),
    ),
    Safeguard(
        "the database: a total adds up",
        "runacall/invoices/models/invoice_constraints.py",
        """& Q(total__lte=F("subtotal") - F("discount") + F("tax_total") + HAIR)""",
        """& Q(total__lte=F("subtotal") + F("tax_total") + 1)""",
        CONSTRAINTS,
    ),
    Safeguard(
        "the database: nothing is paid beyond the total",
        "runacall/invoices/models/invoice_constraints.py",
        'Q(amount_paid__gte=0) & Q(amount_paid__lte=F("total"))',
        "Q(amount_paid__gte=0)",
        CONSTRAINTS,
    ),
    Safeguard(
        "the database: a shop uses a number once",
        "runacall/invoices/models/invoice_constraints.py",
        'fields=["organization", "number"],',
        'fields=["organization", "number", "id"],',
        CONSTRAINTS,
    ),
)
