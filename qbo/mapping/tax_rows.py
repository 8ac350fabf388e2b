"""Which sets of our tax rates are in use, and the QuickBooks code of each; it does not know which events need them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from django.db import connection as database

from qbo.json_objects import JsonMapping
from qbo.mapping.base import DELETED
from qbo.mapping.names import name_key
from qbo.models import CompanyFacts, Connection, Link, ListEntry, TaxMapping
from runacall.invoices.models import Invoice, InvoiceRateSet, TaxRate
from runacall.invoices.models.rate_sets import keys_in_use
from runacall.isolation import isolated
from runacall.organizations.models import Organization

# What QuickBooks lists among the tax codes but cannot be mapped to.
PSEUDO_CODES = frozenset({"TAX", "NON", "CustomSalesTax"})


# What is said of a code of another percentage, by the page's script too: before it is saved.
OTHER_PERCENT = (
    "This code is {theirs} % in QuickBooks, but the rate here is {ours} %."
    " Invoices whose total differs there will fail."
)


@dataclass(frozen=True)
class Code:
    """A tax code in QuickBooks; `percent` is the sum of its sales rates, if known."""

    qbo_id: str
    name: str
    percent: Decimal | None
    active: bool = True

    @property
    def label(self) -> str:
        shown = self.name if self.percent is None else f"{self.name} ({plain(self.percent)} %)"
        return shown if self.active else f"{self.name} (inactive in QuickBooks)"


@dataclass(frozen=True)
class Suggestion:
    """A code that is probably right, and why."""

    code: Code
    why: str


class Uses(NamedTuple):
    """How many invoices use a set of rates; `latest`: of so many, because there are more, and 0 if these are all."""

    drafts: int = 0
    synced: int = 0
    other: int = 0
    latest: int = 0


NOT_USED = Uses()


@dataclass(frozen=True)
class TaxRow:
    """A rate, or several on one line, and their QuickBooks code."""

    key: str
    name: str
    subtitle: str
    percent: Decimal
    uses: Uses = NOT_USED
    mapped: Code | None = None
    suggestion: Suggestion | None = None

    @property
    def is_mapped(self) -> bool:
        return self.mapped is not None and self.mapped.active

    @property
    def warning(self) -> str:
        """The warning about a code with a different percentage; "" if it is the same, or if one is not known.

        It blocks nothing: the shop may have a reason, and an invoice with a different total fails anyway.
        """
        theirs = self.mapped.percent if self.mapped else None
        if theirs is None or theirs == self.percent:
            return ""
        return OTHER_PERCENT.format(theirs=plain(theirs), ours=plain(self.percent))

    @property
    def is_gap(self) -> bool:
        """Whether an invoice with it fails; a rate that is on no invoice does not matter."""
        return self.is_used and not self.is_mapped

    @property
    def field_name(self) -> str:
        return f"rate-{self.key or 'none'}"

    @property
    def is_used(self) -> bool:
        return any(self.uses)


def tax_codes(connection: Connection) -> list[Code]:
    """Every code of the company that can be chosen, and inactive ones, by name."""
    entries = ListEntry.objects.of(connection, "TaxCode").exclude(qbo_id__in=PSEUDO_CODES).order_by("name_key")
    codes = []
    for pk, qbo_id, name, data, active in entries.values_list("pk", "qbo_id", "name", "data", "active"):
        with isolated("Showing a tax code", entry=pk, connection=connection.pk):
            codes.append(Code(qbo_id, name.removesuffix(DELETED), _percent(data), active))
    return codes


def _percent(data: JsonMapping) -> Decimal | None:
    percent = data.get("Percent")
    return Decimal(percent) if percent not in (None, "") else None


def tax_rows(connection: Connection, codes: Sequence[Code]) -> list[TaxRow]:
    """Every active rate and every set that is on an invoice; unmapped ones first."""
    organization = connection.organization
    rates = {rate.pk: rate for rate in TaxRate.objects.for_organization(organization)}
    uses = sets_in_use(organization, connection)
    singles = {str(rate.pk) for rate in rates.values() if rate.is_active}
    mapped = _mapped(connection)
    keys = (singles | set(uses) | {""}) - (set() if needs_untaxed_code(connection) else {""})
    by_id = {code.qbo_id: code for code in codes}
    suggesting = Suggesting(codes)
    rows = [_row(key, rates, uses, by_id, mapped, suggesting) for key in keys if _known(key, rates)]
    return sorted(rows, key=lambda row: (not row.is_gap, row.is_mapped, _by_name(row)))


def _by_name(row: TaxRow) -> str:
    return row.name.casefold()


def _mapped(connection: Connection) -> dict[str, str]:
    """The Id of the code that staff chose, by set of rates."""
    rows = TaxMapping.objects.filter(connection=connection, realm_id=connection.realm_id)
    return dict(rows.values_list("rate_key", "tax_code_id"))


def percent_warnings(connection: Connection, keys: Iterable[str]) -> list[str]:
    """What to know before invoices with these sets of rates are sent: which codes have another percentage."""
    rates = {rate.pk: rate for rate in TaxRate.objects.for_organization(connection.organization)}
    codes, mapped = {code.qbo_id: code for code in tax_codes(connection)}, _mapped(connection)
    wanted, suggesting = {"" if key == "none" else key for key in keys}, Suggesting(())
    rows = [_row(key, rates, {}, codes, mapped, suggesting) for key in wanted if _is_key(key) and _known(key, rates)]
    return [f"{row.name}: {row.warning}" for row in sorted(rows, key=_by_name) if row.warning]


def needs_untaxed_code(connection: Connection) -> bool:
    """In the United States a line without tax needs no code; elsewhere it does."""
    facts = CompanyFacts.objects.filter(connection=connection, realm_id=connection.realm_id).first()
    return facts is not None and facts.country != "US"


def _is_key(key: str) -> bool:
    return all(part.isdigit() for part in key.split("+")) if key else True


def _known(key: str, rates: Mapping[int, TaxRate]) -> bool:
    return all(int(part) in rates for part in key.split("+") if part)


def _row(
    key: str,
    rates: Mapping[int, TaxRate],
    uses: Mapping[str, Uses],
    codes: Mapping[str, Code],
    mapped: Mapping[str, str],
    suggesting: Suggesting,
) -> TaxRow:
    members = [rates[int(part)] for part in key.split("+") if part]
    percent = sum((rate.percent for rate in members), Decimal(0))
    name = " + ".join(rate.name for rate in members) or "Tax-exempt, not taxed"
    code = codes.get(mapped.get(key, ""))
    if code is None and mapped.get(key):
        code = Code(mapped[key], f"Code {mapped[key]}, which QuickBooks no longer has", None, active=False)
    return TaxRow(
        key=key,
        name=name,
        subtitle=_subtitle(members, percent),
        percent=percent,
        uses=uses.get(key, NOT_USED),
        mapped=code,
        suggestion=None if code and code.active else suggesting.of(name, percent) if members else None,
    )


def _subtitle(members: Sequence[TaxRate], percent: Decimal) -> str:
    if not members:
        return "lines without any rate"
    if len(members) == 1:
        return f"{plain(percent)} %"
    both = "both" if len(members) == 2 else f"all {len(members)}"
    return f"{both} on one line, {plain(percent)} %"


class Suggesting:
    """Suggests one of these codes for many rates; reads the codes once."""

    def __init__(self, codes: Iterable[Code]) -> None:
        active = [code for code in codes if code.active]
        self._codes = {code.qbo_id: code for code in active}
        self._named = {name_key(code.name): code for code in reversed(active)}
        self._percent: dict[Decimal, list[Code]] = {}
        for code in active:
            if code.percent is not None:
                self._percent.setdefault(code.percent, []).append(code)

    def of(self, name: str, percent: Decimal) -> Suggestion | None:
        """An active code with the same name, otherwise one with the same percentage; None if neither is clear."""
        key = name_key(name)
        if key in self._named:
            return Suggestion(self._named[key], "same name")
        same_percent = self._percent.get(percent)
        if not same_percent:
            return None
        words = set(key.split())
        best = max(same_percent, key=lambda code: len(words & set(name_key(code.name).split())))
        return Suggestion(best, "rate agrees")

    def nearest(self, chosen: str, percent: Decimal) -> Iterator[Code]:
        """All active codes: the one with the Id `chosen`, those with this percentage, and the others, as they came."""
        first = [self._codes[chosen]] if chosen in self._codes else []
        same = {code.qbo_id: code for code in (*first, *self._percent.get(percent, ()))}
        yield from same.values()
        yield from (code for key, code in self._codes.items() if key not in same)


def plain(percent: Decimal) -> str:
    """7.2500 -> 7.25"""
    return f"{percent.normalize():f}"


# For so many invoices altogether the page says how many of them are drafts or in QuickBooks; at least FEWEST of a set.
COUNTED, FEWEST = 3_000, 10


def sets_in_use(organization: Organization, connection: Connection) -> dict[str, Uses]:
    """For each set of rates on lines of live invoices: how many of these are drafts, in QuickBooks, or neither.

    Of a set that many invoices use only the latest are counted. Two queries.
    """
    keys = keys_in_use(organization.pk)
    most = max(FEWEST, COUNTED // max(1, len(keys)))
    found = {}
    with database.cursor() as cursor:
        for start in range(0, len(keys), KEYS_AT_ONCE):
            some = keys[start : start + KEYS_AT_ONCE]
            latest = (organization.pk, most, connection.pk, connection.realm_id)
            params: list[int | str] = [*some, organization.pk, most + 1, *latest, *latest]
            cursor.execute(_COUNTS.format(keys=", ".join(["(%s)"] * len(some))), params)
            for key, seen, synced, drafts in cursor.fetchall():
                number = min(seen, most)
                found[key] = Uses(drafts, synced, number - synced - drafts, latest=most if seen > most else 0)
    return found


KEYS_AT_ONCE = 400
_LATEST = (
    f"SELECT invoice_id FROM {InvoiceRateSet._meta.db_table} AS one WHERE organization_id = %s AND one.key = used.key"
)
# A value and not EXISTS, so that it is looked up for each: PostgreSQL would make a join of it, and go through all links
# of the company, for each of them through the latest invoices.
_LINKED = (
    f"(SELECT 1 FROM {Link._meta.db_table} AS link WHERE link.record_type = 'invoice'"
    " AND link.record_id = latest.invoice_id AND link.connection_id = %s AND link.realm_id = %s LIMIT 1)"
)
# Only table names of our own models are inserted.
_COUNTS = f"""
WITH used(key) AS (VALUES {{keys}})
SELECT used.key,
    (SELECT COUNT(*) FROM ({_LATEST} LIMIT %s) AS latest),
    (SELECT COUNT(*) FROM ({_LATEST} ORDER BY invoice_id DESC LIMIT %s) AS latest WHERE {_LINKED} IS NOT NULL),
    (SELECT COUNT(*) FROM ({_LATEST} ORDER BY invoice_id DESC LIMIT %s) AS latest
        JOIN {Invoice._meta.db_table} AS invoice ON invoice.id = latest.invoice_id
        WHERE CASE invoice.status WHEN 'draft' THEN {_LINKED} IS NULL END)
FROM used
"""
