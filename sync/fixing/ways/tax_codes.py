"""The QuickBooks tax code of a set of our rates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from itertools import islice
from typing import Any

from qbo.json_objects import JsonMapping
from qbo.mapping.loading import Unsaved
from qbo.mapping.tax_rows import OTHER_PERCENT, Code, plain, tax_codes
from qbo.models import Connection, SettingChange, TaxMapping
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.fixing.lists import SHORT
from sync.forecast.dry_run import Supposed


def _key(case: Case) -> str | None:
    """The set of rates as mappings name it; None if it is not known which."""
    key = "" if case.failure.subject.key == "none" else case.failure.subject.key
    is_set = all(part.isdecimal() and int(part) in case.lists.rates for part in key.split("+") if part)
    return key if is_set and case.failure.subject.kind == "tax_rate" else None


def _percent(case: Case, key: str) -> Decimal:
    return sum((case.lists.rates[int(part)].percent for part in key.split("+") if part), Decimal(0))


def _offer(case: Case) -> Offer | None:
    key = _key(case)
    if key is None or not case.lists.tax_codes:
        return None
    mapped, codes, percent = case.lists.tax_mappings.get(key, ""), case.lists.tax_codes, _percent(case, key)
    guess = case.lists.suggesting.of(case.name, percent) if key else None
    # With the mapping still as it is, QuickBooks refused the code, or somebody has chosen it since.
    is_done = mapped in codes
    chosen = mapped if is_done else guess.code.qbo_id if guess else ""
    shown = list(islice(case.lists.suggesting.nearest(chosen, percent), len(codes) if case.every else SHORT))
    return Offer(
        groups=[Group("", [Option(f"code:{code.qbo_id}", code.label) for code in shown])],
        chosen=f"code:{chosen}" if chosen else "",
        why=guess.why if guess and not is_done else "",
        is_done=is_done,
        more=len(codes) - len(shown),
    )


def _warning(code: Code | None, percent: Decimal) -> str:
    """The warning about a code with another percentage; "" if it is the same, or not known."""
    if code is None or code.percent is None or code.percent == percent:
        return ""
    return OTHER_PERCENT.format(theirs=plain(code.percent), ours=plain(percent))


def _warns(case: Case, answer: Answer) -> str:
    """As the Tax page warns, of the code that is chosen."""
    key = _key(case)
    return "" if key is None else _warning(case.lists.tax_codes.get(answer.value), _percent(case, key))


def _seen(case: Case) -> str:
    return case.lists.tax_mappings.get(_key(case) or "", "")


def _supposed(case: Case, answer: Answer) -> Supposed:
    return Supposed(Unsaved(tax_mappings={_key(case) or "": answer.value}))


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    key, code = _key(case), case.lists.tax_codes.get(answer.value)
    if key is None or code is None:
        raise Refused("That tax code is no longer active in QuickBooks. Choose another one.")
    was = case.lists.tax_mappings.get(key, "")
    put(case.connection, key, code.qbo_id, case.name, by=by, at=at)
    return {"key": key, "was": was, "became": code.qbo_id, "name": case.name}


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    here = TaxMapping.objects.filter(connection=connection, realm_id=connection.realm_id, rate_key=kept["key"])
    if here.values_list("tax_code_id", flat=True).first() != kept["became"]:
        raise Refused("Another tax code has been chosen for it since then.")
    put(connection, kept["key"], kept["was"], kept["name"], by=by, at=at)


def put(connection: Connection, key: str, code_id: str, name: str, *, by: User, at: datetime) -> None:
    """Map a set of rates to a code, "" for none, and note it in the history of the Tax page."""
    here: dict[str, Any] = {"connection": connection, "realm_id": connection.realm_id, "rate_key": key}
    labels = {code.qbo_id: code.label for code in tax_codes(connection)}
    was = TaxMapping.objects.filter(**here).values_list("tax_code_id", flat=True).first() or ""
    if code_id:
        TaxMapping.objects.update_or_create(**here, defaults={"tax_code_id": code_id})
    else:
        TaxMapping.objects.filter(**here).delete()
    change = (f"Tax code of {name}", labels.get(was, was), labels.get(code_id, code_id))
    SettingChange.note(connection, "tax", [change], at=at, by=by)


FIX = Fix(
    codes=("tax_code_not_mapped", "tax_calculation_failed"),
    label="QuickBooks tax code",
    submit="Map and send {count}",
    offer=_offer,
    seen=_seen,
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    warning=_warns,
    afterwards="Another code can be chosen under Settings → QuickBooks → Tax; what was sent stays as it is.",
)
