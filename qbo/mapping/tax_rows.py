"""Which sets of our tax rates are in use, and the QuickBooks code of each; it does not know which events need them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from django.db import connection as database

from qbo.mapping.names import name_key
from qbo.models import CompanyFacts, Connection, Link, ListEntry, TaxMapping
from runacall.invoices.models import Invoice, InvoiceLine, TaxRate
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


@dataclass(frozen=True)
class TaxRow:
    """A rate, or several on one line, and their QuickBooks code.

    `uses`: invoices by "drafts", "synced" and "other".
    """

    key: str
    name: str
    subtitle: str
    percent: Decimal
    uses: Mapping[str, int] = field(default_factory=dict)
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
        return any(self.uses.values())


def tax_codes(connection: Connection) -> list[Code]:
    """Every code of the company that can be chosen, and inactive ones, by name."""
    entries = ListEntry.objects.of(connection, "TaxCode").exclude(qbo_id__in=PSEUDO_CODES).order_by("name_key")
    codes = []
    for entry in entries:
        with isolated("Showing a tax code", entry=entry.pk, connection=connection.pk):
            codes.append(_code(entry))
    return codes


def _code(entry: ListEntry) -> Code:
    percent = entry.data.get("Percent")
    name = entry.name.removesuffix(" (deleted)")
    return Code(entry.qbo_id, name, Decimal(percent) if percent not in (None, "") else None, entry.active)


def tax_rows(connection: Connection, codes: Sequence[Code]) -> list[TaxRow]:
    """Every active rate and every set that is on an invoice; unmapped ones first."""
    organization = connection.organization
    rates = {rate.pk: rate for rate in TaxRate.objects.for_organization(organization)}
    uses = sets_in_use(organization, connection)
    singles = {str(rate.pk) for rate in rates.values() if rate.is_active}
    mapped = _mapped(connection)
    keys = singles | set(uses) | ({""} if needs_untaxed_code(connection) else set())
    by_id = {code.qbo_id: code for code in codes}
    rows = [_row(key, rates, uses, by_id, mapped) for key in keys if _known(key, rates)]
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
    wanted = {"" if key == "none" else key for key in keys}
    rows = [_row(key, rates, {}, codes, mapped) for key in wanted if _is_key(key) and _known(key, rates)]
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
    uses: Mapping[str, Counter[str]],
    codes: Mapping[str, Code],
    mapped: Mapping[str, str],
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
        uses=uses.get(key, Counter()),
        mapped=code,
        suggestion=None if code and code.active else suggest(name, percent, codes.values()) if members else None,
    )


def _subtitle(members: Sequence[TaxRate], percent: Decimal) -> str:
    if not members:
        return "lines without any rate"
    if len(members) == 1:
        return f"{plain(percent)} %"
    both = "both" if len(members) == 2 else f"all {len(members)}"
    return f"{both} on one line, {plain(percent)} %"


def suggest(name: str, percent: Decimal, codes: Iterable[Code]) -> Suggestion | None:
    """An active code with the same name, otherwise one with the same percentage; None if neither is clear."""
    active = [code for code in codes if code.active]
    same_name = [code for code in active if name_key(code.name) == name_key(name)]
    if same_name:
        return Suggestion(same_name[0], "same name")
    same_percent = [code for code in active if code.percent == percent]
    if not same_percent:
        return None
    words = set(name_key(name).split())
    return Suggestion(max(same_percent, key=lambda code: len(words & set(name_key(code.name).split()))), "rate agrees")


def plain(percent: Decimal) -> str:
    """7.2500 -> 7.25"""
    return f"{percent.normalize():f}"


def sets_in_use(organization: Organization, connection: Connection) -> dict[str, Counter[str]]:
    """For each set of rates on lines of live invoices: how many invoices are drafts, in QuickBooks, or neither.

    Grouped in the database by what distinguishes sets (least, greatest, number, sum and sum of squares of
    the ids), so that a million lines come back as a handful of rows; one line of each group gives the full set.
    """
    with database.cursor() as cursor:
        cursor.execute(_SETS, [connection.pk, connection.realm_id, organization.pk])
        groups = cursor.fetchall()
    spelled = _spell([sample for *_, sample in groups])
    found: dict[str, Counter[str]] = {}
    for _, _, _, _, _, is_draft, is_linked, invoices, sample in groups:
        kind = "synced" if is_linked else "drafts" if is_draft else "other"
        found.setdefault(spelled[sample], Counter())[kind] += invoices
    return found


def _spell(line_ids: Sequence[int]) -> dict[int, str]:
    """The rate key of each of these lines."""
    through = InvoiceLine.tax_rates.through.objects.filter(invoiceline_id__in=line_ids)
    members: dict[int, list[int]] = {}
    for line_id, rate_id in through.values_list("invoiceline_id", "taxrate_id"):
        members.setdefault(line_id, []).append(rate_id)
    return {line_id: "+".join(str(pk) for pk in sorted(ids)) for line_id, ids in members.items()}


# Only table names of our own models are inserted.
_SETS = f"""
SELECT lowest, highest, number, total, squares, is_draft, is_linked, COUNT(DISTINCT invoice_id), MIN(line_id)
FROM (
    SELECT line.id AS line_id, invoice.id AS invoice_id,
        MIN(on_line.taxrate_id) AS lowest, MAX(on_line.taxrate_id) AS highest, COUNT(*) AS number,
        SUM(on_line.taxrate_id) AS total, SUM(on_line.taxrate_id * on_line.taxrate_id) AS squares,
        MAX(CASE WHEN invoice.status = 'draft' THEN 1 ELSE 0 END) AS is_draft,
        MAX(CASE WHEN link.id IS NULL THEN 0 ELSE 1 END) AS is_linked
    FROM {InvoiceLine.tax_rates.through._meta.db_table} AS on_line
    JOIN {InvoiceLine._meta.db_table} AS line ON line.id = on_line.invoiceline_id
    JOIN {Invoice._meta.db_table} AS invoice ON invoice.id = line.invoice_id
    LEFT JOIN {Link._meta.db_table} AS link ON link.record_type = 'invoice' AND link.record_id = invoice.id
        AND link.connection_id = %s AND link.realm_id = %s
    WHERE invoice.organization_id = %s AND invoice.deleted_at IS NULL AND invoice.status <> 'void'
    GROUP BY line.id, invoice.id
) AS lines
GROUP BY lowest, highest, number, total, squares, is_draft, is_linked
"""
