"""What both hands do one after the other where chance alone would seldom bring it about; pure data.

A history begins with one of these, and goes on at random. Every choice that a scene leaves open is drawn; all acts of a
scene are about the record of one number unless it says otherwise.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Step = tuple[str, Mapping[str, Any]]


@dataclass(frozen=True)
class Scene:
    """Acts by their names, each with the choices that are made already. `drains` and `reconciles` are Run a Call's."""

    says: str
    steps: tuple[Step, ...]


def _step(one: str | Step) -> Step:
    return (one, {}) if isinstance(one, str) else one


def _scene(says: str, *steps: str | Step) -> Scene:
    return Scene(says, tuple(map(_step, steps)))


LOST = ("an_answer_is_lost", {"arrives": True, "path": "write"})
NEW = ("office_sends_an_invoice", {"name": "Anna Smith", "count": 2, "price": "100"})
OURS = ("office_writes", {"field": "internal_note", "said": "ask Ann"})
MESSAGE = ("office_writes", {"field": "customer_note", "said": "call first"})
HER_MESSAGE = ("bookkeeper_changes_the_message", {"said": "blue door"})
OUR_PRICE = ("office_changes_a_line", {"place": 0, "price": "80"})
# The latest one, so that she merges into it.
HER_PRODUCT = ("bookkeeper_adds_an_item", {"name": "Work by the hour"})

SCENES = (
    _scene("each says something else", HER_MESSAGE, OURS, "drains"),
    _scene("both say the same thing otherwise", HER_MESSAGE, MESSAGE, "drains"),
    _scene(
        "both correct an e-mail address",
        ("bookkeeper_corrects_a_customer", {"email": "anna@example.com"}),
        ("office_gets_an_email_address", {"email": "ben@example.com"}),
        "drains",
    ),
    _scene("she voids, the office writes", "bookkeeper_voids", MESSAGE, "drains"),
    _scene("she deletes, the office writes", "bookkeeper_deletes", MESSAGE, "drains"),
    _scene(
        "paid there, and the price is changed here",
        ("bookkeeper_receives_a_payment", {"whole": True}),
        OUR_PRICE,
        "drains",
    ),
    _scene("she puts classes on lines", "bookkeeper_puts_a_class_on_the_lines", OUR_PRICE, "drains"),
    _scene("she adds a line, another changes", "bookkeeper_adds_a_line", OUR_PRICE, "drains"),
    _scene("she takes a line off, another changes", ("bookkeeper_takes_a_line_off", {"place": 1}), OUR_PRICE, "drains"),
    _scene("she adds to the memo, so does the office", "bookkeeper_adds_to_the_memo", OURS, "drains"),
    _scene(
        "the answer is lost, she changes what arrived, then the office does",
        ("office_sends_an_invoice", {"name": "Anna Smith", "count": 2, "price": "100"}),
        LOST,
        "drains",
        ("bookkeeper_changes_the_message", {"number": 2, "said": "blue door"}),
        ("drains", {"minutes": 10}),
        ("office_writes", {"number": 2, "field": "customer_note", "said": "call first"}),
        "drains",
    ),
    _scene(
        "the answer is lost, and the office changes what arrived",
        NEW,
        LOST,
        "drains",
        ("office_writes", {"number": 2, "field": "customer_note", "said": "call first"}),
        ("office_renumbers", {"number": 2, "change": 3}),
        ("drains", {"minutes": 10}),
        "drains",
    ),
    _scene(
        "both want one number for two invoices",
        ("bookkeeper_has_numbers_checked", {"on": False}),
        ("bookkeeper_renumbers", {"number": 0, "change": 1}),
        ("office_renumbers", {"number": 1, "change": 1}),
        "drains",
    ),
    _scene(
        "she merges a customer who gets another invoice",
        ("bookkeeper_merges_customers", {"number": 0, "into": 5}),
        NEW,
        "drains",
    ),
    _scene(
        "she merges a product that gets another invoice",
        HER_PRODUCT,
        ("bookkeeper_merges_items", {"number": 0, "into": 0}),
        NEW,
        "drains",
    ),
    _scene(
        "she merges a product, and its price is changed on an invoice",
        HER_PRODUCT,
        ("bookkeeper_merges_items", {"number": 0, "into": 0}),
        OUR_PRICE,
        "drains",
    ),
    _scene(
        "a customer is there by name",
        ("bookkeeper_adds_a_name", {"name": "C. Diaz", "kind": "Customer", "email": ""}),
        ("office_sends_an_invoice", {"name": "C. Diaz"}),
        "drains",
    ),
    _scene(
        "a product is there by name",
        ("bookkeeper_adds_an_item", {"name": "Visit"}),
        ("office_sends_an_invoice", {"count": 3}),
        "drains",
    ),
    _scene("another company is used", ("office_moves_to_the_other_company", {"days": 60}), "drains", MESSAGE, "drains"),
    _scene("the sync is off", ("office_switches", {"name": "sync_invoices", "on": False}), MESSAGE, "drains"),
    _scene(
        "what was dismissed is changed again", "bookkeeper_voids", MESSAGE, "drains", "office_dismisses",
        ("office_writes", {"field": "customer_note", "said": "ask Ann"}), "drains",
    ),
    _scene("hers is kept", HER_MESSAGE, MESSAGE, "drains", "office_keeps_quickbooks", OURS, "drains"),
    _scene("ours is sent over hers", HER_MESSAGE, MESSAGE, "drains", "office_sends_ours", "drains"),
    _scene(
        "a cent is to stop",
        ("office_switches", {"name": "stop_on_rounding", "on": True}),
        ("office_sends_an_invoice", {"count": 1, "price": "10.10"}),
        "drains",
    ),
    _scene(
        "a cent is a remark",
        ("office_switches", {"name": "stop_on_rounding", "on": False}),
        ("office_sends_an_invoice", {"count": 1, "price": "10.10"}),
        "drains",
    ),
    _scene(
        "she moves a product to another account",
        ("bookkeeper_moves_an_item_to_another_account", {"account": "79"}),
        ("office_reprices_an_item", {"price": "80", "said": "by the hour"}),
        "drains",
    ),
    _scene("she moves an invoice", ("bookkeeper_moves_it_to_another_customer", {"to": 4}), "reconciles"),
    _scene("she voids, and nobody else does anything", "bookkeeper_voids", "reconciles"),
)  # fmt: skip
