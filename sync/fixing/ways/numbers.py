"""The numbers of invoices: another one of ours, something in front of it, or QuickBooks' own numbering."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError

from qbo.json_objects import JsonMapping
from qbo.mapping.loading import Unsaved
from qbo.mapping.preflight import NUMBER_MAX
from qbo.models import Connection, ConnectionSettings, SettingChange
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice
from runacall.invoices.models.numbering import FIRST_NUMBER, NumberSequence
from runacall.invoices.refusals import Refused
from sync.fixing.fix import Answer, Case, Fix, Group, Offer, Option, User
from sync.forecast.dry_run import Supposed

# Over so many invoices a person gives no numbers from a card.
MOST = 500
LOCKED = "with a payment: their numbers cannot change"
HINT = "The customer's copy has the old number: send the invoice again if that matters."


def _offer(case: Case) -> Offer | None:
    company, ours = case.lists.company, case.lists.settings.send_numbers
    theirs = Option("theirs:", "Let QuickBooks number all invoices")
    if case.failure.code == "numbering_by_hand":
        own = Option("ours:", "Send our numbers again (Run a Call IDs in QBO)")
        again = Option("again:", "It is changed in QuickBooks: check again")
        return Offer([Group("", [own, again])], chosen="ours:", is_done=ours)
    options = [Option("next:", f"The next free number{_from(case)}")]
    if case.failure.code == "duplicate_doc_number":
        options.append(Option("prefix:", "Put something in front", "text", "In front of the number", "RC-"))
    if not company.custom_numbers:
        # Otherwise QuickBooks would give them none.
        options.append(theirs)
    done = "theirs:" if not ours and not company.custom_numbers else ""
    return Offer([Group("", options)], chosen=done or "next:", is_done=bool(done), hint="" if done else HINT)


def _from(case: Case) -> str:
    number = next(iter(_free(case, 1)), "")
    return f", from {number} on" if number else ""


def _free(case: Case, count: int) -> list[str]:
    """The next free numbers, without taking them."""
    sequence = NumberSequence.objects.filter(organization=case.connection.organization_id).first()
    start = sequence.next_number if sequence else FIRST_NUMBER
    wanted = [str(start + step) for step in range(count + MOST)]
    rows = Invoice.objects.filter(organization=case.connection.organization_id, number__in=wanted)
    taken = set(rows.values_list("number", flat=True))
    return [number for number in wanted if number not in taken][:count]


def _renumbered(case: Case, answer: Answer) -> Callable[[InvoiceDocument], str]:
    """The number that each of the case's invoices would have; its own for all others, and for locked ones."""
    ids = case.invoice_ids(MOST + 1)
    free = dict(zip(ids, _free(case, len(ids)), strict=False)) if answer.way == "next" else {}
    mine = set(ids)

    def number(invoice: InvoiceDocument) -> str:
        if invoice.id not in mine or invoice.amount_paid or invoice.is_void:
            return invoice.number
        if answer.way == "prefix":
            return f"{answer.text}{invoice.number}"
        return free.get(invoice.id, invoice.number)

    return number


def _supposed(case: Case, answer: Answer) -> Supposed:
    if answer.way in ("theirs", "ours"):
        settings = ConnectionSettings.objects.get(connection=case.connection)
        settings.send_numbers = answer.way == "ours"
        return Supposed(Unsaved(settings=settings))
    if answer.way == "again":
        return Supposed()
    number = _renumbered(case, answer)
    return Supposed(change=lambda invoice: replace(invoice, number=number(invoice)))


def _apply(case: Case, answer: Answer, by: User, at: datetime) -> Mapping[str, object]:
    if answer.way in ("theirs", "ours"):
        put_numbering(case.connection, answer.way == "ours", by=by, at=at)
        return {"send_numbers": answer.way != "ours"}
    if answer.way == "again":
        return {}
    ids = case.invoice_ids(MOST + 1)
    if len(ids) > MOST:
        raise Refused(f"These are more than {MOST} invoices. Change their numbers in parts, or let QuickBooks number.")
    if answer.way == "prefix" and not answer.text:
        raise Refused("Type what is put in front of the number. Nothing was changed.")
    organization = case.connection.organization
    rows = list(Invoice.objects.for_organization(organization).filter(pk__in=ids).order_by("pk"))
    open_ones = [invoice for invoice in rows if not invoice.lock_reason]
    taken = iter(NumberSequence.take(organization, len(open_ones)) if answer.way == "next" else ())
    changed: dict[str, list[str]] = {}
    for invoice in open_ones:
        was = invoice.number
        number = next(taken) if answer.way == "next" else f"{answer.text}{was}"
        if len(number) > NUMBER_MAX:
            raise Refused(f"{number} is longer than the {NUMBER_MAX} characters that QuickBooks takes.")
        try:
            invoice.edit(number=number, at=at, by=by)
        except ValidationError as error:
            raise Refused(f"{number}: {' '.join(error.messages)} Nothing was changed.") from error
        changed[str(invoice.pk)] = [was, number]
    left = len(rows) - len(open_ones)
    return {"numbers": changed, "left": {LOCKED: left} if left else {}}


def _undo(connection: Connection, kept: JsonMapping, by: User, at: datetime) -> None:
    if "send_numbers" in kept:
        put_numbering(connection, kept["send_numbers"], by=by, at=at)
    rows = Invoice.objects.for_organization(connection.organization)
    for key, (was, became) in kept.get("numbers", {}).items():
        invoice = rows.get(pk=int(key))
        if invoice.number != became or invoice.lock_reason:
            raise Refused(f"{invoice} has been changed since then.")
        try:
            invoice.edit(number=was, at=at, by=by)
        except ValidationError as error:
            raise Refused(f"{was}: {' '.join(error.messages)}") from error


def put_numbering(connection: Connection, ours: bool, *, by: User, at: datetime) -> None:
    """Send our numbers, or let QuickBooks number: the switch of Settings → QuickBooks → Invoices."""
    settings = ConnectionSettings.objects.get(connection=connection)
    words = {True: "On", False: "Off"}
    change = ("Run a Call IDs in QBO", words[settings.send_numbers], words[ours])
    settings.send_numbers = ours
    settings.save(update_fields=["send_numbers"])
    SettingChange.note(connection, "invoices", [change], at=at, by=by)


FIX = Fix(
    codes=("duplicate_doc_number", "number_too_long", "numbering_by_hand"),
    label="Invoice number",
    submit="Change and send {count}",
    offer=_offer,
    seen=lambda case: str(case.lists.settings.send_numbers),
    supposed=_supposed,
    apply=_apply,
    undo=_undo,
    edits=True,
    afterwards="Numbers can be changed on each invoice; numbering under Settings → QuickBooks → Invoices.",
)
