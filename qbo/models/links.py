"""Which QuickBooks object one of our records is; it does not know how the link was made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models, transaction
from django.db.models import Value
from django.db.models.functions import Concat

from qbo.models.companies import FormerCompany
from qbo.models.connection import Connection
from qbo.models.loose_ends import LooseEnd


class RecordType(models.TextChoices):
    CUSTOMER = "customer", "Customer"
    ITEM = "item", "Item"
    INVOICE = "invoice", "Invoice"
    PAYMENT = "payment", "Payment"


class LinkQuerySet(models.QuerySet["Link"]):
    def of(self, connection: Connection, record_type: str) -> LinkQuerySet:
        """Links to records of the connected company."""
        return self.filter(connection=connection, realm_id=connection.realm_id, record_type=record_type)

    def for_records(self, record_ids: Iterable[int]) -> LinkQuerySet:
        return self.filter(record_id__in=list(record_ids))

    def in_any_company(self, connection: Connection) -> LinkQuerySet:
        """Those of them in the connected company and in the ones before it: a union, to which no filter can be added.

        By the names of the companies, since every index begins with them: without, all links of the shop are read.
        """
        mine = self.filter(connection=connection)
        former = FormerCompany.objects.filter(connection=connection).values("realm_id")
        return mine.filter(realm_id=connection.realm_id).union(mine.filter(realm_id__in=former))

    def met_by_no_write(self) -> LinkQuerySet:
        """Those whose row beside the base is of the very version that we would write to, as after a merge: no refused
        SyncToken would tell that it says something else.
        """
        return self.filter(theirs__contains=Concat(Value('"SyncToken":"'), "sync_token", Value('"')))

    def forget_theirs(self) -> int:
        """Forget the rows beside the bases that our next write meets anyway."""
        return self.exclude(theirs="").exclude(pk__in=self.met_by_no_write().values("pk")).update(theirs="")

    # Another product there has another price: what was noted of the former one's is taken back.

    def update(self, **values: Any) -> int:
        return super().update(**values, **({"same_price": None} if "qbo_id" in values else {}))

    def bulk_create(self, objs: Iterable[Link], *args: Any, **options: Any) -> list[Link]:
        if "qbo_id" in (options.get("update_fields") or ()):
            options["update_fields"] = [*options["update_fields"], "same_price"]
        return super().bulk_create(objs, *args, **options)

    def delete(self) -> tuple[int, dict[str, int]]:
        """Records without a link are found by their loose ends."""
        with transaction.atomic(using=self.db):
            LooseEnd.note(self.values_list("connection_id", "realm_id", "record_type", "record_id"))
            return super().delete()


class Link(models.Model):
    """Our record, its Id and SyncToken in QuickBooks, and the realm where they are valid."""

    RecordType = RecordType

    # No index of its own: all below start with it.
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="links", db_index=False)
    realm_id = models.CharField(max_length=32)
    record_type = models.CharField(max_length=16, choices=RecordType.choices)
    record_id = models.BigIntegerField()
    qbo_id = models.CharField(max_length=32)
    sync_token = models.CharField(max_length=32, blank=True)
    # False once we know that it was made inactive or deleted in QuickBooks.
    active = models.BooleanField(default=True)
    # Run a Call created the object there; False where it was there and was matched.
    created_here = models.BooleanField(default=False)
    # What QuickBooks answered at the last write or look; empty for name lists.
    doc_number = models.CharField(max_length=32, blank=True)
    txn_date = models.DateField(null=True, blank=True)
    total = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    tax = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    voided = models.BooleanField(default=False)
    # What we last sent for the record and what QuickBooks held then (`qbo.mapping.base`), as JSON text.
    base = models.TextField(blank=True)
    # The row as it was last read because its SyncToken had changed; empty after one of our writes.
    theirs = models.TextField(blank=True)
    # QuickBooks' own time of the newest version that we have seen; a webhook about an older one is no news.
    there_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)
    # Of a product: whether our price and the mirrored one agree (`qbo.mapping.prices`); None: to be compared.
    same_price = models.BooleanField(null=True, editable=False)
    synced_at = models.DateTimeField()

    objects = LinkQuerySet.as_manager()

    class Meta:
        indexes = [
            # The other way round: which of our records a row of QuickBooks is.
            models.Index(fields=["connection", "realm_id", "record_type", "qbo_id"], name="qbo_link_there"),
            # Which invoice has a number there.
            models.Index(fields=["connection", "realm_id", "record_type", "doc_number"], name="qbo_link_number"),
            # Which are gone there: few.
            models.Index(
                fields=["connection", "realm_id", "record_type", "record_id"],
                condition=models.Q(active=False),
                name="qbo_link_gone",
            ),
            # Which customers and products were matched, and which created; with their Ids, which all are read for where
            # prices are compared.
            models.Index(
                fields=["connection", "realm_id", "record_type", "created_here", "record_id"],
                include=["qbo_id"],
                condition=models.Q(active=True, record_type__in=["customer", "item"]),
                name="qbo_link_matches",
            ),
            # The products whose prices may differ: few, once a list was read.
            models.Index(
                fields=["connection", "realm_id", "record_id"],
                condition=models.Q(record_type="item") & (models.Q(same_price=None) | models.Q(same_price=False)),
                name="qbo_link_prices",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "realm_id", "record_type", "record_id"], name="qbo_link_record_once"
            ),
            # Two customers of ours may have been merged into one there; of everything else each is one of ours.
            models.UniqueConstraint(
                fields=["connection", "realm_id", "record_type", "qbo_id"],
                condition=~models.Q(record_type="customer"),
                name="qbo_link_object_once",
            ),
            models.CheckConstraint(condition=~models.Q(qbo_id=""), name="qbo_link_has_id"),
        ]

    def __str__(self) -> str:
        return f"{self.get_record_type_display()} {self.record_id} is {self.qbo_id}"

    def save(self, **options: Any) -> None:
        fields = options.get("update_fields")
        if fields is None or "qbo_id" in fields:
            self.same_price = None
            options["update_fields"] = fields and [*fields, "same_price"]
        super().save(**options)

    def delete(self, *args: object, **kwargs: object) -> tuple[int, dict[str, int]]:
        return Link.objects.filter(pk=self.pk).delete()
