"""The bookkeeper's forms, as data, and their HTML; each one is a command of the control endpoint."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from qbo_emulator.books.company import Company
from qbo_emulator.entities.lists import ACCOUNT_TYPES
from qbo_emulator.pages.html import text

REALM = "the company"


@dataclass(frozen=True)
class Field:
    name: str
    label: str
    kind: str = "text"
    choices: str = ""  # name of a list to choose from, or values with commas
    value: str = ""
    required: bool = True


@dataclass(frozen=True)
class Form:
    command: str
    button: str
    fields: tuple[Field, ...] = ()
    fixed: tuple[tuple[str, str], ...] = ()
    style: str = ""


@dataclass(frozen=True)
class Tool:
    title: str
    words: str
    forms: tuple[Form, ...]


def on_off(command: str, on: str, off: str) -> tuple[Form, ...]:
    return Form(command, on, fixed=(("on", "true"),), style="go"), Form(command, off, fixed=(("on", "false"),))


TOOLS = (
    Tool(
        "Closing date",
        "Nothing dated on or before it can be written through the API.",
        (
            Form("close_books", "Close the books", (Field("date", "Closing date", "date"),), style="go"),
            Form("close_books", "Reopen all"),
        ),
    ),
    Tool(
        "Sales tax",
        "While it is off, tax on invoices is silently dropped.",
        on_off("sales_tax", "Turn on", "Turn off"),
    ),
    Tool(
        "Accounts",
        "An inactive account breaks the items that use it.",
        (
            Form(
                "deactivate",
                "Deactivate",
                (Field("id", "Account", choices="active accounts"),),
                (("entity", "Account"),),
                "stop",
            ),
            Form(
                "reactivate",
                "Reactivate",
                (Field("id", "Account", choices="inactive accounts"),),
                (("entity", "Account"),),
                "go",
            ),
        ),
    ),
    Tool(
        "Delete a customer",
        "The customer becomes inactive and is renamed.",
        (
            Form(
                "delete_customer",
                "Delete",
                (Field("id", "Customer", choices="active customers"),),
                style="stop",
            ),
            Form(
                "reactivate",
                "Restore",
                (Field("id", "Customer", choices="inactive customers"),),
                (("entity", "Customer"),),
                "go",
            ),
        ),
    ),
    Tool(
        "Vendors",
        "A vendor keeps its name until it is inactive.",
        (
            Form(
                "deactivate",
                "Deactivate",
                (Field("id", "Vendor", choices="active vendors"),),
                (("entity", "Vendor"),),
                "stop",
            ),
        ),
    ),
    Tool(
        "Merge two customers",
        "The documents of the first one move to the second.",
        (
            Form(
                "merge_customers",
                "Merge",
                (
                    Field("loser", "Goes away", choices="active customers"),
                    Field("survivor", "Stays", choices="active customers"),
                ),
                style="stop",
            ),
        ),
    ),
    Tool(
        "Merge two products",
        "The lines of the first one move to the second.",
        (
            Form(
                "merge_items",
                "Merge",
                (
                    Field("loser", "Goes away", choices="active items"),
                    Field("survivor", "Stays", choices="active items"),
                ),
                style="stop",
            ),
        ),
    ),
    Tool(
        "Tax codes",
        "An invoice with an inactive code is refused.",
        (
            Form(
                "deactivate",
                "Take away",
                (Field("id", "Tax code", choices="active tax codes"),),
                (("entity", "TaxCode"),),
                "stop",
            ),
            Form(
                "reactivate",
                "Bring back",
                (Field("id", "Tax code", choices="inactive tax codes"),),
                (("entity", "TaxCode"),),
                "go",
            ),
        ),
    ),
    Tool(
        "New tax code",
        "A code with one rate of the same name.",
        (
            Form(
                "add_tax_code",
                "Add",
                (Field("name", "Name"), Field("percent", "Percent", value="7.25")),
                style="go",
            ),
        ),
    ),
    Tool(
        "New item",
        "A product or service with an income account.",
        (
            Form(
                "add_item",
                "Add",
                (
                    Field("name", "Name"),
                    Field("price", "Price", value="0", required=False),
                    Field("income_account", "Income account", choices="income accounts"),
                    Field("type", "Type", choices="Service,NonInventory,Category"),
                ),
                style="go",
            ),
        ),
    ),
    Tool(
        "New invoice by hand",
        "With any number, even one that is taken.",
        (
            Form(
                "add_invoice",
                "Add",
                (
                    Field("doc_number", "Number"),
                    Field("customer", "Customer", choices="active customers"),
                    Field("amount", "Amount", value="100"),
                ),
                style="go",
            ),
        ),
    ),
    Tool(
        "New customer, vendor, account",
        "Customers, vendors and employees share one set of names.",
        (
            Form(
                "add_customer",
                "Add customer",
                (Field("name", "Name"), Field("email", "E-mail", required=False)),
            ),
            Form("add_vendor", "Add vendor", (Field("name", "Name"),)),
            Form(
                "add_account",
                "Add account",
                (Field("name", "Name"), Field("type", "Type", choices="account types")),
            ),
        ),
    ),
    Tool(
        "Numbers of invoices",
        "By hand: the app's number is used. Automatic: QuickBooks numbers the invoices.",
        (
            *on_off("custom_numbers", "Numbers by hand", "Automatic"),
            *on_off("duplicate_number_check", "Warn of duplicates", "Do not warn"),
        ),
    ),
    Tool(
        "The connection",
        "What Intuit does to an app's tokens.",
        (
            Form("expire_token", "Expire access token", fixed=(("refresh", "false"),)),
            Form("expire_token", "Expire the connection", style="stop"),
            Form("revoke_connection", "Disconnect the app", style="stop"),
        ),
    ),
    Tool(
        "Subscription",
        "A company that has not paid is read-only.",
        (
            Form(
                "subscription",
                "Set",
                (Field("status", "State", choices="SUBSCRIBED,TRIAL,EXPIRED,SUSPENDED,CANCELLED"),),
            ),
        ),
    ),
)


def cards(company: Company) -> str:
    lists = {**choice_lists(company), REALM: [(company.realm_id, "")]}
    return "<div class=grid>" + "".join(card(tool, lists) for tool in TOOLS) + "</div>"


def card(tool: Tool, lists: dict[str, list[tuple[str, str]]]) -> str:
    forms = "".join(form(one, lists) for one in tool.forms if has_choices(one, lists))
    return f"<div class=card><h3>{text(tool.title)}</h3><p class=soft>{text(tool.words)}</p>{forms}</div>"


def has_choices(one: Form, lists: dict[str, list[tuple[str, str]]]) -> bool:
    """A form whose list is empty has nothing to choose, and is not shown."""
    return all(lists.get(field.choices, True) for field in one.fields)


def form(one: Form, lists: dict[str, list[tuple[str, str]]]) -> str:
    hidden = "".join(
        f'<input type=hidden name="{text(name)}" value="{text(value)}">'
        for name, value in (("do", one.command), ("realm", lists[REALM][0][0]), *one.fixed)
    )
    fields = "".join(labelled(field, lists) for field in one.fields)
    button = f'<button class="{one.style}">{text(one.button)}</button>'
    kind = "" if fields else " class=brief"
    return f'<form method=post action="/do"{kind}>{hidden}{fields}{button}</form>'


def labelled(field: Field, lists: dict[str, list[tuple[str, str]]]) -> str:
    return f"<label>{text(field.label)}{control(field, lists)}</label>"


def control(field: Field, lists: dict[str, list[tuple[str, str]]]) -> str:
    if field.choices:
        pairs = lists.get(field.choices) if field.choices in lists else [(one, one) for one in field.choices.split(",")]
        options = "".join(option(value, shown, field.value) for value, shown in pairs or ())
        return f'<select name="{text(field.name)}">{options}</select>'
    needed = " required" if field.required else ""
    return f'<input type="{field.kind}" name="{text(field.name)}" value="{text(field.value)}"{needed}>'


def option(value: str, shown: str, chosen: str) -> str:
    return f'<option value="{text(value)}"{" selected" if value == chosen else ""}>{text(shown)}</option>'


def choice_lists(company: Company) -> dict[str, list[tuple[str, str]]]:
    accounts, customers = list(company.rows("Account")), list(company.rows("Customer"))
    codes = list(company.rows("TaxCode"))
    income = [row for row in accounts if row["AccountType"] == "Income" and row["Active"]]
    return {
        "active accounts": pairs((row for row in accounts if row["Active"]), "Name"),
        "inactive accounts": pairs((row for row in accounts if not row["Active"]), "Name"),
        "income accounts": [(str(row["Id"]), str(row["Name"])) for row in income],
        "active vendors": pairs((row for row in company.rows("Vendor") if row["Active"]), "DisplayName"),
        "active customers": pairs((row for row in customers if row["Active"]), "DisplayName"),
        "active items": pairs((row for row in company.rows("Item") if row["Active"]), "Name"),
        "inactive customers": pairs((row for row in customers if not row["Active"]), "DisplayName"),
        "active tax codes": pairs((row for row in codes if row.get("Active") is not False), "Name"),
        "inactive tax codes": pairs((row for row in codes if row.get("Active") is False), "Name"),
        "account types": [(name, name) for name in ACCOUNT_TYPES],
    }


def pairs(rows: Iterable[dict[str, object]], name: str) -> list[tuple[str, str]]:
    return sorted(((str(row["Id"]), str(row[name])) for row in rows), key=lambda pair: pair[1].lower())[:500]
