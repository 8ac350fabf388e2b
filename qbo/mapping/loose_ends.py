"""Finds the records without a link, without looking at those that have one; it does not know why they have none."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from qbo.models import Connection, Gathered, Link, LooseEnd
from qbo.models.links import RecordType
from runacall.invoices.models import Customer, Invoice, Payment, PricebookItem
from runacall.looked_up import there_is_no
from runacall.organizations.paging import MOST, count_up_to

AT_ONCE = 1_000
EVERY = timedelta(days=1)
MODELS: dict[str, Any] = {
    RecordType.CUSTOMER: Customer,
    RecordType.ITEM: PricebookItem,
    RecordType.INVOICE: Invoice,
    RecordType.PAYMENT: Payment,
}


def may_have_no_link(
    connection: Connection, record_type: str, *, realm_id: str = "", but: QuerySet[Any] | None = None
) -> QuerySet[Any] | None:
    """The ids of some records, among them all that have no active link to the company. None: look at all records,
    because they have not been gone through yet, or because so many have no link that it is quicker.

    `but`: rows with the `record_id` of those that may be left out.
    """
    of = {"connection": connection, "realm_id": realm_id or connection.realm_id, "record_type": record_type}
    gathered = Gathered.objects.filter(**of, through__gt=0).first()
    if gathered is None:
        return None
    loose = LooseEnd.objects.filter(**of).values("record_id")
    since = _records(connection, record_type).filter(pk__gt=gathered.through).order_by().values("pk")
    gone = Link.objects.filter(**of, active=False).values("record_id")
    # As many as there were yesterday are not counted again for each page.
    counted = count_up_to(loose, MOST).number if gathered.loose is None else gathered.loose
    if counted + count_up_to(since.union(gone, all=True), MOST).number > MOST:
        return None
    if but is not None:
        loose = loose.exclude(Exists(but.filter(record_id=OuterRef("record_id"))))
    return loose.union(since, gone, all=True)


def without_link(rows: Any, connection: Connection, record_type: str) -> Any:
    """Those of `rows` that have no active link."""
    some = may_have_no_link(connection, record_type)
    links = Link.objects.of(connection, record_type).filter(active=True, record_id=OuterRef("pk"))
    return rows.exclude(Exists(links)) if some is None else rows.filter(there_is_no(links, is_late=True), pk__in=some)


def _records(connection: Connection, record_type: str) -> QuerySet[Any]:
    found: QuerySet[Any] = MODELS[record_type].objects.for_organization(connection.organization)
    return found


def to_gather(*, at: datetime) -> QuerySet[Connection]:
    """The connections some of whose records have not been gone through since yesterday."""
    lately = Gathered.objects.filter(connection=OuterRef("pk"), realm_id=OuterRef("realm_id"), at__gt=at - EVERY)
    of_payments = lately.filter(record_type=RecordType.PAYMENT)  # the last of the four
    return Connection.objects.filter(~Exists(of_payments)).defer("access_token", "refresh_token")


def gather(connection: Connection, *, at: datetime, go_on: Callable[[], bool]) -> int:
    """Go through the records that came since, and drop the loose ends that have a link by now; returns how many
    records were looked at. What `go_on` leaves undone is left for the next time.
    """
    return sum(_gather(connection, record_type, at, go_on) for record_type in MODELS)


def _gather(connection: Connection, record_type: str, at: datetime, go_on: Callable[[], bool]) -> int:
    of: dict[str, Any] = {"connection": connection, "realm_id": connection.realm_id, "record_type": record_type}
    mark, _ = Gathered.objects.get_or_create(**of)
    if mark.at and mark.at > at - EVERY:
        return 0
    records, links = _records(connection, record_type).order_by("pk"), Link.objects.of(connection, record_type)
    seen = 0
    while go_on():
        rows = records.filter(pk__gt=mark.through, pk__lte=mark.until)
        ids = list(rows.values_list("pk", flat=True)[:AT_ONCE])
        if not ids:
            if _drop_linked(of, links, go_on):
                mark.at, mark.until = at, records.aggregate(last=Max("pk"))["last"] or 0
                mark.loose = LooseEnd.objects.filter(**of).count()
            break
        linked = set(links.for_records(ids).values_list("record_id", flat=True))
        found = [LooseEnd(**of, record_id=pk) for pk in ids if pk not in linked]
        LooseEnd.objects.bulk_create(found, ignore_conflicts=True)
        mark.through, seen = ids[-1], seen + len(ids)
    mark.save(update_fields=["through", "until", "at", "loose"])
    return seen


def _drop_linked(of: dict[str, Any], links: Any, go_on: Callable[[], bool]) -> bool:
    """Drop those that have a link by now; False if there was no time for all of them."""
    ends, after = LooseEnd.objects.filter(**of), 0
    later = ends.order_by("record_id").values_list("record_id", flat=True)
    while ids := list(later.filter(record_id__gt=after)[:AT_ONCE]):
        if not go_on():
            return False
        with transaction.atomic():
            # A link that is deleted meanwhile notes its loose end before or after this, never in between.
            list(Gathered.objects.select_for_update().filter(connection=of["connection"]))
            linked = list(links.for_records(ids).values_list("record_id", flat=True))
            ends.filter(record_id__in=linked).delete()
        after = ids[-1]
    return True
