"""Which product of QuickBooks an item of the pricebook is: a new one with its income account, or one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from django.db.models import CharField

from qbo.json_objects import JsonMapping, JsonObject
from qbo.mapping.guessing import guess_items
from qbo.mapping.loading import CHARGES, Unsaved, product_row
from qbo.models import Connection, ConnectionSettings, MatchChoice, SettingChange
from runacall.invoices.models import PricebookItem
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.fixing.lists import SHORT
from sync.fixing.ways.accounts import account_names, put_account, undo_accounts
from sync.forecast.dry_run import Supposed
from sync.matching import choosing
from sync.matching.kinds import PRODUCTS

# How many products are suggested.
GUESSES = 5


def _item(case: Case) -> PricebookItem | None:
    key = case.failure.subject.key
    is_item = case.failure.subject.kind == "item" and key.isdecimal()
    return case.lists.items.get(int(key)) if is_item else None


def _offer(case: Case) -> Offer | None:
    item = _item(case)
    if item is None:
        return None
    accounts, account = case.lists.income_accounts, case.lists.account_of_new.get(item.pk, "")
    order = sorted(accounts, key=lambda pk: pk != account)
    shown = order if case.every else order[:SHORT]
    create = [Option(f"create:{pk}", f"Create it · income account {accounts[pk]}") for pk in shown]
    match = _products(case, item)
    done = _done(case, item, account)
    # Had a product its name, it would have been linked; so a new one with the account of the others is likely right.
    suggested = f"create:{account}" if account and case.failure.code == "item_not_found" else ""
    return Offer(
        groups=[
            group
            for group in (Group("Create it in QuickBooks", create), Group("It is there already", match))
            if group.options
        ],
        chosen=done or suggested,
        why="your usual account" if suggested and not done else "",
        is_done=bool(done),
        more=max(0, case.lists.product_count - len(match)) + len(order) - len(shown) if not case.every else 0,
    )


def _products(case: Case, item: PricebookItem) -> list[Option]:
    """Products that it may be, the likeliest first; all of them if the case wants every option."""
    lists = case.lists
    refused = lists.ruled[item.pk].refused if item.pk in lists.ruled else frozenset()
    free = [one for one in lists.products if one.id not in lists.taken_products and one.id not in refused]
    ours = lists.known_items.get(item.pk)
    guesses = guess_items(ours, free)[:GUESSES] if ours else []
    options = [
        Option(f"match:{one.there.id}", " · ".join(filter(None, (one.there.name, one.there.price_words))))
        for one in guesses
    ]
    if case.every:
        known = {option.value for option in options}
        others = [(pk, name) for pk, name in lists.every_product.items() if pk not in lists.taken_products]
        options += [Option(f"match:{pk}", name) for pk, name in others if f"match:{pk}" not in known]
    return options


def _done(case: Case, item: PricebookItem, account: str) -> str:
    """What is chosen for it already, as an option; "" for nothing."""
    link, ruled = case.lists.links.get(item.pk), case.lists.ruled.get(item.pk)
    creates = case.lists.settings.auto_create_items or (ruled is not None and ruled.creates)
    if link is None or not link.active:
        return f"create:{account}" if creates and account and case.failure.code == "item_not_found" else ""
    return ""


def _seen(case: Case) -> str:
    item = _item(case)
    if item is None:
        return ""
    link, ruled = case.lists.links.get(item.pk), case.lists.ruled.get(item.pk)
    linked = f"{link.qbo_id} {link.active}" if link else ""
    return f"{linked} {bool(ruled and ruled.creates)} {case.lists.item_accounts.get(item.pk, '')}"


def _supposed(case: Case, answer: Answer) -> Supposed:
    item = _item(case)
    if item is None:
        return Supposed()
    if answer.way == "match":
        return Supposed(Unsaved(products={item.pk: answer.value}))
    return Supposed(Unsaved(created_items=frozenset({item.pk}), item_accounts={item.pk: answer.value}))


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    item, connection = _item(case), case.connection
    if item is None:
        raise Refused("The item no longer exists. Nothing was changed.")
    subject = choosing.Subject(PRODUCTS, connection, item.pk)
    if answer.way == "match":
        row = product_row(connection, answer.value)
        if not row:
            raise Refused("That product is no longer in QuickBooks. Choose another one.")
        return {"choice": choosing.choose(subject, row, by=by, at=at).pk, "item": item.pk}
    kept: JsonObject = {"choice": choosing.create(subject, by=by, at=at).pk, "item": item.pk, "accounts": []}
    if case.lists.account_of_new.get(item.pk) != answer.value:
        was = put_account(connection, "item", item, answer.value, by=by, at=at)
        kept["accounts"] = [["item", item.pk, was, answer.value]]
    return kept


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    choice = MatchChoice.objects.filter(connection=connection, pk=kept["choice"]).first()
    if choice is None:
        raise Refused("The choice is no longer known.")
    choosing.undo(choice, PRODUCTS, by=by, at=at)
    undo_accounts(connection, kept.get("accounts", ()), by=by, at=at)


FIX = Fix(
    codes=("item_not_found", "item_inactive", "item_is_category", "item_ambiguous"),
    label="Product or service in QuickBooks",
    submit="Fix and send {count}",
    offer=_offer,
    seen=_seen,
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    afterwards="It can be changed under Settings → QuickBooks → Products and services; what was sent stays as it is.",
)


# --- one product for all lines of a kind: those without an item of the pricebook, tips, and card fees -----------------


def _setting(case: Case) -> str:
    """The setting that names the product which the cause is about."""
    return CHARGES.get(case.failure.subject.key, ONE_OFF_ITEM)


ONE_OFF_ITEM = "one_off_item_id"


def _product_now(case: Case) -> str:
    return str(getattr(case.lists.settings, _setting(case)))


def _offer_product(case: Case) -> Offer | None:
    products, now = case.lists.every_product, _product_now(case)
    order = sorted(products, key=lambda pk: pk != now)
    shown = order if case.every else order[:SHORT]
    return (
        Offer(
            groups=[Group("", [Option(f"product:{pk}", products[pk]) for pk in shown])],
            chosen=f"product:{now}" if now in products else "",
            is_done=now in products,
            more=len(order) - len(shown),
        )
        if products
        else None
    )


def _suppose_product(case: Case, answer: Answer) -> Supposed:
    settings = ConnectionSettings.objects.get(connection=case.connection)
    setattr(settings, _setting(case), answer.value)
    return Supposed(Unsaved(settings=settings))


def _apply_product(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    setting = _setting(case)
    was = put_product(case.connection, setting, answer.value, by=by, at=at)
    return {"was": was, "became": answer.value, "setting": setting}


def _undo_product(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    # Choices that were made before there were others than of one-off lines do not say which they are.
    setting = str(kept.get("setting", ONE_OFF_ITEM))
    if getattr(ConnectionSettings.objects.get(connection=connection), setting) != kept["became"]:
        raise Refused("Another product has been chosen since then.")
    put_product(connection, setting, kept["was"], by=by, at=at)


def put_product(connection: Connection, setting: str, qbo_id: str, *, by: User, at: datetime) -> str:
    """Choose the product for all lines of a kind; "" takes the choice away. Returns the one before."""
    settings = ConnectionSettings.objects.get(connection=connection)
    was = str(getattr(settings, setting))
    setattr(settings, setting, qbo_id)
    settings.save(update_fields=[setting])
    names = account_names(connection, was, qbo_id, entity="Item")
    page = "items" if setting == ONE_OFF_ITEM else "payments"
    field = ConnectionSettings._meta.get_field(setting)
    assert isinstance(field, CharField), "each of them is the Id of a product"
    label = str(field.verbose_name)
    SettingChange.note(connection, page, [(label, names[was], names[qbo_id])], at=at, by=by)
    return was


ONE_OFF = Fix(
    codes=("one_off_item_missing",),
    label="Product for one-off lines",
    submit="Choose and send {count}",
    offer=_offer_product,
    seen=_product_now,
    supposed=_suppose_product,
    apply=_apply_product,
    undo=_undo_product,
    afterwards="Another product can be chosen under Settings → QuickBooks → Items; what was sent stays as it is.",
)
CHARGE = replace(
    ONE_OFF,
    codes=("charge_item_missing",),
    label="Product in QuickBooks",
    afterwards="Another product can be chosen under Settings → QuickBooks → Payments; what was sent stays as it is.",
)
