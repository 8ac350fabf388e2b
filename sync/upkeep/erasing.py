"""Erases a shop, or a person from one shop's records and payloads, and reports what was erased; this cannot be undone.

It does not change the books: what is in QuickBooks belongs to the shop, which can erase it there.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.apps import apps
from django.contrib.admin.models import LogEntry
from django.contrib.auth import get_user_model
from django.contrib.contenttypes.models import ContentType
from django.db import models, transaction
from django.db.models import Q

from qbo.models import Connection, Lease, Link, MatchChoice
from runacall.invoices.models import Customer, Invoice, Payment
from runacall.invoices.models.records import ADDRESS_FIELDS
from runacall.organizations.models import Membership, Organization
from sync.models import ActionRecord, Attempt, DryRun, Letter, SavedView, State, Submission, SyncEvent, Untaken
from sync.models.events import EntityType
from sync.upkeep.retention import REMOVED

AT_ONCE = 500
ERASED = "Erased customer"
# Free text of an invoice that may name a person.
INVOICE_TEXTS = ("customer_note", "internal_note", "void_reason")


class StillInUse(Exception):
    """It cannot be erased now; the text says what to do first."""


def erase_organization(organization: Organization, *, at: datetime) -> Counter[str]:
    """Erase every row of the shop, with payloads, and log-ins that belong to no other shop. Returns rows by table.

    Raises StillInUse while it is connected or something of it is being sent. Works in steps, the shop itself
    last, so it can be started again if it was interrupted.
    """
    connection = Connection.objects.for_organization(organization).first()
    if connection is not None:
        _refuse_in_use(connection, at)
    erased: Counter[str] = Counter()
    if connection is not None:
        for rows in (
            Attempt.objects.filter(event__connection=connection),
            SyncEvent.objects.filter(connection=connection),
            Submission.objects.filter(connection=connection),
            Link.objects.filter(connection=connection),
        ):
            _delete(rows, erased)
        _delete(Connection.objects.filter(pk=connection.pk), erased)
    people = list(Membership.objects.filter(organization=organization).values_list("user", flat=True))
    for model in _of_the_shop():
        _delete(model._default_manager.filter(organization=organization), erased)
    with transaction.atomic():
        _delete(Organization.objects.filter(pk=organization.pk), erased)
        nowhere = get_user_model()._default_manager.filter(pk__in=people, memberships=None, is_superuser=False)
        _delete(nowhere, erased)
    return erased


def _of_the_shop() -> list[type[models.Model]]:
    """The models with an organization, those that others refer to last; a new model needs no line here."""
    found = [
        model
        for model in apps.get_models()
        if any(field.name == "organization" and field.related_model is Organization for field in model._meta.fields)
    ]
    ordered: list[type[models.Model]] = []
    while found:
        free = [one for one in found if not any(_refers(other, one) for other in found if other is not one)]
        if not free:  # a circle: leave the order to the database
            free = found[:1]
        ordered += free
        found = [one for one in found if one not in free]
    return ordered


def _refers(model: type[models.Model], other: type[models.Model]) -> bool:
    return any(field.related_model is other for field in model._meta.fields if field.is_relation)


def _delete(rows: models.QuerySet[models.Model], erased: Counter[str]) -> None:
    while step := list(rows.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]):
        with transaction.atomic():
            # The admin's history entries contain the row's name, and refer to it only by a number.
            kind = ContentType.objects.get_for_model(rows.model)
            notes = LogEntry.objects.filter(content_type=kind, object_id__in=[str(pk) for pk in step])
            erased["admin.LogEntry"] += notes.delete()[0]
            _, by_table = rows.model._default_manager.filter(pk__in=step).delete()
        erased.update(by_table)


def _refuse_in_use(connection: Connection, at: datetime) -> None:
    if connection.status != Connection.Status.DISCONNECTED:
        raise StillInUse("It is still connected to QuickBooks: disconnect it first, so that its tokens are revoked.")
    if Lease.objects.filter(connection=connection, expires_at__gt=at).exists():
        raise StillInUse("It is being sent right now: try again in a few minutes.")


@transaction.atomic
def erase_customer(customer: Customer, *, at: datetime) -> Counter[str]:
    """Erase the person from the shop's records, its log and every payload; invoices stay, because the books need them.

    Raises StillInUse while something of theirs is being sent to QuickBooks or waits for a person.
    """
    invoices = list(Invoice.objects.filter(customer=customer).values_list("pk", flat=True))
    payments = list(Payment.objects.filter(customer=customer).values_list("pk", flat=True))
    mine = Q(record_type=EntityType.CUSTOMER, record_id=customer.pk)
    mine |= Q(record_type=EntityType.INVOICE, record_id__in=invoices)
    mine |= Q(record_type=EntityType.PAYMENT, record_id__in=payments)
    events = SyncEvent.objects.filter(mine, organization=customer.organization_id)
    if waiting := events.exclude(state__in=(State.SYNCED, State.SUPERSEDED, State.DISMISSED)).count():
        raise StillInUse(f"{waiting} of their records are still waiting or failed: retry or dismiss them first.")
    erased: Counter[str] = Counter()
    words = _words(customer)
    erased["customers"] = Customer.objects.filter(pk=customer.pk).update(
        name=f"{ERASED} {customer.pk}", **dict.fromkeys(("company", "email", "phone", *ADDRESS_FIELDS), "")
    )
    erased["invoices"] = Invoice.objects.filter(pk__in=invoices).update(
        **dict.fromkeys((*INVOICE_TEXTS, *ADDRESS_FIELDS), "")
    )
    erased["payments"] = Payment.objects.filter(customer=customer).update(reference="", memo="")
    links = Link.objects.filter(mine, connection__organization=customer.organization_id)
    # The Id in QuickBooks stays; the values are erased.
    erased["links"] = links.update(base="", theirs="")
    names = {
        f"{kind}:{pk}" for kind, ids in ((EntityType.INVOICE, invoices), (EntityType.PAYMENT, payments)) for pk in ids
    }
    untaken = Untaken.objects.filter(connection__organization=customer.organization_id)
    about = [pk for pk, records in untaken.values_list("pk", "records") if names.intersection(records)]
    # What it paid stays open until it is settled; only what it said, such as its reference, is erased.
    erased["payments not taken in"] = Untaken.objects.filter(pk__in=about).update(theirs={})
    choices = MatchChoice.objects.filter(connection__organization=customer.organization_id)
    erased["match choices"] = choices.filter(record_type=EntityType.CUSTOMER, record_id=customer.pk).update(
        there_name="", former="", former_name=""
    )
    ids = list(events.values_list("pk", flat=True))
    erased["events"] = SyncEvent.objects.filter(pk__in=ids).update(
        party="", message="", subject_name="", facts={}, reason="", further=[], further_keys="", has_further=False
    )
    SyncEvent.objects.filter(pk__in=ids, record_type=EntityType.CUSTOMER).update(label=f"{ERASED} {customer.pk}")
    attempts = Attempt.objects.filter(event__in=ids)
    submissions = {pk for pk in attempts.values_list("submission", flat=True) if pk}
    erased["attempts"] = attempts.update(request="", answer="", message="", entries=[])
    for submission in Submission.objects.filter(pk__in=submissions).iterator(chunk_size=AT_ONCE):
        positions = set(attempts.filter(submission=submission).values_list("position", flat=True))
        submission.body = without(submission.body, "BatchItemRequest", positions) or REMOVED
        submission.answer = without(submission.answer, "BatchItemResponse", positions)
        submission.save(update_fields=["body", "answer"])
        erased["submissions"] += 1
    named = Q(pk=None)
    for word in words:
        named |= Q(text__icontains=word)
    erased["e-mails"] = Letter.objects.filter(named, organization=customer.organization_id).delete()[0]
    erased["dry runs"] = DryRun.forget(Connection.objects.filter(organization=customer.organization_id))
    erased["fixes"] = _erase_fixes(customer, words)
    erased["saved views"] = _erase_views(customer, words)
    erased["history"] = _erase_history({Customer: [customer.pk], Invoice: invoices, Payment: payments}, words)
    return erased


def without(text: str, key: str, positions: set[int]) -> str:
    """A batch without those items; if it cannot be read, nothing of it is kept."""
    if not text:
        return ""
    try:
        batch = json.loads(text)
        kept = [item for item in batch[key] if str(item.get("bId")) not in {str(one) for one in positions}]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        return REMOVED
    return json.dumps({**batch, key: kept}) if kept else REMOVED


def _words(customer: Customer) -> list[str]:
    return [one for one in (customer.name, customer.company, customer.email) if one]


def _erase_fixes(customer: Customer, words: list[str]) -> int:
    """What the fix of a cause was about, where that was this customer: it can no longer be undone then."""
    erased = 0
    for action in ActionRecord.objects.filter(organization=customer.organization_id).exclude(fix={}).iterator():
        kept = json.dumps(action.fix, ensure_ascii=False).casefold()
        if f':customer:{customer.pk}"' in kept or any(word.casefold() in kept for word in words):
            erased += ActionRecord.objects.filter(pk=action.pk).update(fix={})
    return erased


def _erase_views(customer: Customer, words: list[str]) -> int:
    """The saved views that are named after the customer or search for a part of the name."""
    parts = {part for word in words for part in word.casefold().split() if len(part) > 2}
    views = []
    for view in SavedView.objects.filter(organization=customer.organization_id):
        searched = " ".join([*view.filters.get("search", ()), *view.filters.get("q", ())]).casefold()
        is_named = any(word.casefold() in view.name.casefold() for word in words)
        is_about = str(customer.pk) in view.filters.get("customer__id__exact", ())
        if is_named or is_about or parts & set(searched.split()):
            views.append(view.pk)
    return SavedView.objects.filter(pk__in=views).delete()[0]


def _erase_history(kinds: Mapping[type[models.Model], list[int]], words: list[str]) -> int:
    """The admin's history entries of these records contain their names."""
    erased = 0
    for model, ids in kinds.items():
        entries = LogEntry.objects.filter(
            content_type=ContentType.objects.get_for_model(model), object_id__in=[str(pk) for pk in ids]
        )
        named = Q(object_repr="")
        for word in words:
            named |= Q(object_repr__icontains=word) | Q(change_message__icontains=word)
        erased += entries.filter(named).update(object_repr=ERASED, change_message="")
    return erased
