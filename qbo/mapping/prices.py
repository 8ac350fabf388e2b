"""Whether our prices and those of the mirrored products agree: noted at the links as lists are read, so that no page
has to compare all of them.

A note may be missing: then the prices are compared where somebody asks. It never says that prices agree which do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.db import transaction

from qbo.mapping.loading import price_in
from qbo.models import Connection, FormerCompany, Link, ListEntry
from qbo.models.links import LinkQuerySet
from runacall.chunks import in_chunks
from runacall.invoices.models import PricebookItem

Prices = Mapping[str, Decimal | None]


def compare_prices(connection: Connection, entries: Iterable[ListEntry]) -> None:
    """Note which items' prices agree with those of `entries`, products as they have just been stored.

    Call it in the transaction that stored them, so that nobody stores others before it is noted.
    """
    theirs = {entry.qbo_id: price_in(entry.data) for entry in entries}
    for ids in in_chunks(sorted(theirs)):
        links = Link.objects.of(connection, Link.RecordType.ITEM).filter(qbo_id__in=ids)
        if changed := [pk for pk, (noted, agree) in _comparisons(links, theirs).items() if noted is not agree]:
            _note(links.filter(pk__in=changed), theirs)


@transaction.atomic
def _note(links: LinkQuerySet, theirs: Prices) -> None:
    # Whoever changes a price now is seen, or takes back what is noted here.
    found = _comparisons(links.order_by("pk").select_for_update(), theirs)
    for value in (True, False):
        if some := [pk for pk, (_, agree) in found.items() if agree is value]:
            Link.objects.filter(pk__in=some).update(same_price=value)


def forget_comparison(connection: Connection, item: PricebookItem) -> None:
    """Our price may have changed, in the transaction of the call: at the links to this company and to earlier ones."""
    former = FormerCompany.objects.filter(connection=connection).values_list("realm_id", flat=True)
    links = Link.objects.filter(connection=connection, realm_id__in=[connection.realm_id, *former])
    links.filter(record_type=Link.RecordType.ITEM, record_id=item.pk).update(same_price=None)


def _comparisons(links: LinkQuerySet, theirs: Prices) -> dict[int, tuple[bool | None, bool]]:
    """By link: what is noted, and whether the prices agree; a product without a price has no other one."""
    rows = list(links.values_list("pk", "record_id", "qbo_id", "same_price"))
    ours = dict(PricebookItem.objects.filter(pk__in=[row[1] for row in rows]).values_list("pk", "unit_price"))
    return {
        pk: (noted, theirs[qbo_id] is None or theirs[qbo_id] == ours[record_id])
        for pk, record_id, qbo_id, noted in rows
        if record_id in ours
    }
