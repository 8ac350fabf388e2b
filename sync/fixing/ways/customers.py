"""Which customer of QuickBooks one of ours is: a new one, or one that is there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from qbo.json_objects import JsonMapping, Row
from qbo.lists import customers as customers_there
from qbo.mapping.loading import Unsaved
from qbo.mapping.names import OF_CUSTOMER, name_for_quickbooks
from qbo.models import Connection, MatchChoice
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.forecast.dry_run import Supposed
from sync.matching import choosing
from sync.matching.kinds import CUSTOMERS


def _customer_id(case: Case) -> int | None:
    subject = case.failure.subject
    is_customer = subject.kind == "customer" and subject.key.isdecimal() and len(subject.key) < 19
    return int(subject.key) if is_customer else None


def _offer(case: Case) -> Offer | None:
    pk = _customer_id(case)
    if pk is None:
        return None
    holder = str(case.failure.facts.get("holder", ""))
    # QuickBooks keeps one list of names: where somebody has it, the new customer gets our number behind it.
    taken = bool(holder) or case.failure.code != "customer_not_found"
    name = name_for_quickbooks(case.name, OF_CUSTOMER, record_id=pk, taken=taken)
    there = [Option(f"link:{row['Id']}", _words(row)) for row in case.lists.looked or () if row.get("Active", True)]
    groups = [Group("Create it in QuickBooks", [Option("create:", f"Create it as {name}")])]
    said = [f"In QuickBooks {holder} has this name." if holder else ""]
    said += ["No customer like it was found there."] if case.lists.looked is not None and not there else []
    return Offer(
        groups=[*groups, Group("It is there already", there)] if there else groups,
        chosen="create:" if case.failure.code == "customer_not_found" else "",
        searches="Search QuickBooks for it" if case.lists.looked is None else "",
        hint=" ".join(filter(None, said)),
    )


def _words(row: Row) -> str:
    mail = str((row.get("PrimaryEmailAddr") or {}).get("Address") or "")
    return " · ".join(filter(None, (str(row.get("DisplayName") or ""), mail, f"Id {row['Id']}")))


def _seen(case: Case) -> str:
    pk = _customer_id(case)
    links = case.lists.customer_links
    ruled = case.lists.ruled_customers.get(pk) if pk is not None else None
    return f"{links.get(pk or 0, '')} {bool(ruled and ruled.creates)}"


def _supposed(case: Case, answer: Answer) -> Supposed:
    pk = _customer_id(case) or 0
    linked = {pk: answer.value} if answer.way == "link" else {}
    return Supposed(Unsaved(customers=linked), customers=frozenset({pk}))


def _fetch(case: Case, answer: Answer, at: datetime) -> Row | None:
    if answer.way != "link" or not answer.value.isdecimal():
        return None
    return customers_there.by_ids(case.connection, [answer.value], at=at).get(answer.value)


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    pk = _customer_id(case)
    if pk is None:
        raise Refused("The customer no longer exists. Nothing was changed.")
    subject = choosing.Subject(CUSTOMERS, case.connection, pk)
    if answer.way == "create":
        return {"choice": choosing.create(subject, by=by, at=at).pk}
    assert case.lists.looked, "the answer was checked against what QuickBooks was asked for"
    return {"choice": choosing.choose(subject, case.lists.looked[0], by=by, at=at).pk}


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    choice = MatchChoice.objects.filter(connection=connection, pk=kept["choice"]).first()
    if choice is None:
        raise Refused("The choice is no longer known.")
    choosing.undo(choice, CUSTOMERS, by=by, at=at)


FIX = Fix(
    codes=("customer_not_found", "name_taken", "name_ambiguous"),
    label="Customer in QuickBooks",
    submit="Fix and send {count}",
    offer=_offer,
    seen=_seen,
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    fetch=_fetch,
    has_own_event=True,
    afterwards="It can be changed under Settings → QuickBooks → Customers; what was sent stays as it is.",
)
