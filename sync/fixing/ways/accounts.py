"""The income account of one item, of its category or of every item, and the account of discounts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from qbo.failures import Subject
from qbo.json_objects import JsonMapping
from qbo.mapping.loading import Unsaved
from qbo.models import AccountMapping, Connection, ConnectionSettings, ListEntry, SettingChange
from runacall.invoices.models import PricebookItem
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.fixing.lists import SHORT
from sync.fixing.ways import tax_codes
from sync.forecast.dry_run import Supposed

# The names of our settings that hold an account, as the history of settings calls them.
SETTINGS = {
    "default": ("default_income_account_id", "Default income account"),
    "discount": ("discount_account_id", "Discount account"),
}


def _is_tax(case: Case) -> bool:
    """The account behind a tax code: another code is what helps."""
    return case.failure.facts.get("page") == "tax"


def _as_tax(case: Case) -> Case:
    facts = case.failure.facts
    key = str(facts.get("row", "")).removeprefix("rate-") or "none"
    subject = Subject("tax_rate", key, str(facts.get("tax_code", "")))
    return replace(case, failure=replace(case.failure, subject=subject))


def _is_discount(case: Case) -> bool:
    return case.failure.facts.get("row") == "discount_account_id"


def _items(case: Case) -> list[PricebookItem]:
    """Ours whose account it is; from the lists, so that many cards need no more queries."""
    failure = case.failure
    if failure.subject.kind == "item" and failure.subject.key.isdecimal():
        found = case.lists.items.get(int(failure.subject.key))
        return [found] if found else []
    named = case.lists.items_by_name
    names = str(failure.facts.get("item", ""))
    return [named[one] for one in dict.fromkeys((names, *names.split(", "))) if one in named][:20]


def _offer(case: Case) -> Offer | None:
    if _is_tax(case):
        offer = tax_codes.FIX.offer(_as_tax(case))
        return replace(offer, chosen="", is_done=False) if offer else None
    bad, accounts = case.failure.subject.key, case.lists.income_accounts
    if _is_discount(case):
        accounts = case.lists.discount_accounts
    usable = {pk: name for pk, name in accounts.items() if pk != bad}
    default = case.lists.settings.default_income_account_id
    near = sorted(usable, key=lambda pk: pk != default)
    shown = near if case.every else near[:SHORT]
    groups = [
        Group(label, [Option(f"{way}:{pk}", f"{usable[pk]}{ending}") for pk in shown])
        for way, label, ending in _ways(case)
        if usable
    ]
    if not groups:
        return None
    first = _way_of(groups[0])
    done = _chosen_already(case, usable)
    suggested = f"{first}:{default}" if default in usable and first == "item" else ""
    return Offer(
        groups=groups,
        chosen=done or suggested,
        why="your default account" if suggested and not done else "",
        is_done=bool(done),
        more=len(near) - len(shown),
    )


def _way_of(group: Group) -> str:
    return group.options[0].value.partition(":")[0]


def _ways(case: Case) -> Iterator[tuple[str, str, str]]:
    """For whom an account can be chosen, the heading of these options, and what each says behind its account."""
    if _is_discount(case):
        yield "discount", "", ""
        return
    items = _items(case)
    if items:
        whose = items[0].name if len(items) == 1 else f"these {len(items)} items"
        category = items[0].category
        yield "item", f"For {whose} only", f" · for {whose} only"
        all_of = f"all of {category.name}" if category else "all items without a category"
        yield "category", f"For {all_of}", f" · for {all_of}"
    yield "default", "For every item that has none of its own", " · for every item without its own"


def _chosen_already(case: Case, usable: Mapping[str, str]) -> str:
    """The option that is in force, where somebody has chosen another account since; "" for none."""
    if _is_discount(case):
        now = case.lists.settings.discount_account_id
        return f"discount:{now}" if now in usable else ""
    for item in _items(case)[:1]:
        for way, now in (
            ("item", case.lists.item_accounts.get(item.pk, "")),
            ("category", case.lists.category_accounts.get(item.category_id, "")),
        ):
            if now:
                return f"{way}:{now}" if now in usable else ""
    return ""


def _seen(case: Case) -> str:
    if _is_tax(case):
        return tax_codes.FIX.seen(_as_tax(case))
    lists = case.lists
    of_items = [
        f"{lists.item_accounts.get(one.pk, '')}/{lists.category_accounts.get(one.category_id, '')}"
        for one in _items(case)
    ]
    return " ".join([lists.settings.default_income_account_id, lists.settings.discount_account_id, *of_items])


def _supposed(case: Case, answer: Answer) -> Supposed:
    if _is_tax(case):
        return tax_codes.FIX.supposed(_as_tax(case), answer)
    items = _items(case)
    if answer.way in SETTINGS:
        settings = ConnectionSettings.objects.get(connection=case.connection)
        setattr(settings, SETTINGS[answer.way][0], answer.value)
        return Supposed(Unsaved(settings=settings))
    if answer.way == "category":
        return Supposed(Unsaved(account_mappings={one.category_id: answer.value for one in items[:1]}))
    return Supposed(Unsaved(item_accounts={one.pk: answer.value for one in items}))


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    if _is_tax(case):
        return {**tax_codes.FIX.apply(_as_tax(case), answer, by, at), "is_tax": True}
    items = _items(case)
    if answer.way in SETTINGS:
        was = put_setting(case.connection, answer.way, answer.value, by=by, at=at)
        return {"settings": [[answer.way, was, answer.value]]}
    if answer.way == "category":
        items = items[:1]
    elif answer.way != "item":
        raise Refused("Choose an account first. Nothing was changed.")
    changed = [
        [answer.way, item.pk, put_account(case.connection, answer.way, item, answer.value, by=by, at=at), answer.value]
        for item in items
    ]
    return {"accounts": changed}


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    if kept.get("is_tax"):
        tax_codes.FIX.undo(connection, kept, by, at)
    for way, was, became in kept.get("settings", ()):
        settings = ConnectionSettings.objects.get(connection=connection)
        if getattr(settings, SETTINGS[way][0]) != became:
            raise Refused("Another account has been chosen since then.")
        put_setting(connection, way, was, by=by, at=at)
    undo_accounts(connection, kept.get("accounts", ()), by=by, at=at)


def undo_accounts(connection: Connection, kept: Iterable[tuple[str, int, str, str]], *, by: User, at: datetime) -> None:
    """Give items and categories the account back that they had. Raises Refused if somebody chose another one since."""
    for way, item_id, was, became in kept:
        item = PricebookItem.objects.filter(organization=connection.organization_id, pk=item_id).first()
        if item is None or _which(connection, way, item).values_list("account_id", flat=True).first() != became:
            raise Refused("Another account has been chosen since then.")
        put_account(connection, way, item, was, by=by, at=at)


def _which(connection: Connection, way: str, item: PricebookItem) -> QuerySet[AccountMapping]:
    rows = AccountMapping.objects.filter(connection=connection, realm_id=connection.realm_id)
    return rows.filter(item=item) if way == "item" else rows.filter(item=None, category=item.category_id)


def put_account(
    connection: Connection, way: str, item: PricebookItem, account_id: str, *, by: User, at: datetime
) -> str:
    """Choose the income account of `item`, or of its category; "" takes the choice away. Returns the account before."""
    rows = _which(connection, way, item)
    was = rows.values_list("account_id", flat=True).first() or ""
    if not account_id:
        rows.delete()
    elif not rows.update(account_id=account_id):
        target: dict[str, Any] = {"item": item} if way == "item" else {"category_id": item.category_id}
        AccountMapping.objects.create(
            connection=connection, realm_id=connection.realm_id, account_id=account_id, **target
        )
    names = account_names(connection, was, account_id)
    whose = item.name if way == "item" else (item.category.name if item.category else "Items without a category")
    SettingChange.note(
        connection, "items", [(f"Income account of {whose}", names[was], names[account_id])], at=at, by=by
    )
    return was


def put_setting(connection: Connection, way: str, value: str, *, by: User, at: datetime) -> str:
    """Choose one of the accounts that are settings. Returns the one before."""
    column, title = SETTINGS[way]
    settings = ConnectionSettings.objects.get(connection=connection)
    was = str(getattr(settings, column))
    setattr(settings, column, value)
    settings.save(update_fields=[column])
    said = account_names(connection, was, value)
    SettingChange.note(connection, "items", [(title, said[was], said[value])], at=at, by=by)
    return was


def account_names(connection: Connection, *ids: str, entity: str = "Account") -> dict[str, str]:
    """What these accounts, or rows of another list, are called; of one that is not in the list, its Id."""
    found = dict(ListEntry.objects.of(connection, entity).filter(qbo_id__in=ids).values_list("qbo_id", "name"))
    return {one: found.get(one, one) for one in ids}


FIX = Fix(
    codes=("account_inactive", "account_wrong_type", "income_account_missing"),
    label="Income account",
    submit="Choose and send {count}",
    offer=_offer,
    seen=_seen,
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    afterwards="Another account can be chosen under Settings → QuickBooks → Items; what was sent stays as it is.",
)
