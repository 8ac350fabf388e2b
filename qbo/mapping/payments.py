"""Our payments in QuickBooks: the payload, the plan of a write, and what would keep it out of the books; pure.

As with invoices (`planning`), an update sends only what changed here since the base. Lines that pay other invoices
than ours are the bookkeeper's and are sent back unchanged, because an update replaces all lines (Intuit's API
reference, Payment).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping import marks
from qbo.mapping.applied import applied_by
from qbo.mapping.base import (
    Base,
    Reader,
    Said,
    Side,
    cents,
    collisions,
    fields_of,
    kept_part,
    name_of,
    plain,
    reference,
    told_apart,
)
from qbo.mapping.book import MappingBook, Ref, TransactionRef
from qbo.mapping.invoice_rows import UNCHANGED, is_void
from qbo.mapping.payloads import Payload, Write
from qbo.mapping.plans import Expected, Plan, conflict, settled_undo
from qbo.mapping.preflight import account_subject, account_there, customer_subject
from runacall.invoices.documents import PaymentDocument
from runacall.invoices.money import ZERO

REFERENCE_MAX = 21
# An account that money can be deposited to (Intuit's API reference, Payment.DepositToAccountRef).
DEPOSIT_TYPES = ("Bank", "Other Current Asset")

FIELDS: Mapping[str, Reader] = {
    "customer": lambda row: reference(row, "CustomerRef"),
    "amount": lambda row: cents(row.get("TotalAmt")),
    "date": lambda row: str(row.get("TxnDate") or "")[:10],
    "method": lambda row: reference(row, "PaymentMethodRef"),
    "account": lambda row: reference(row, "DepositToAccountRef"),
    "reference": lambda row: plain(row.get("PaymentRefNum")),
}
# A person decides about another amount, day or invoice there, also where we have changed something else (decision 62).
MONEY = frozenset({"amount", "date", "invoices"})
KEYS: Mapping[str, str] = {
    "customer": "CustomerRef",
    "amount": "TotalAmt",
    "date": "TxnDate",
    "method": "PaymentMethodRef",
    "account": "DepositToAccountRef",
    "reference": "PaymentRefNum",
}


def payment_payload(payment: PaymentDocument, book: MappingBook) -> Payload:
    """The payment as QuickBooks expects it; amounts in the company's home currency."""
    customer = book.customers.get(payment.customer.id)
    method, account = book.payment_method(payment), book.deposit_account_id(payment)
    payload: Payload = {
        "TxnDate": payment.books_date.isoformat(),
        "CustomerRef": {"value": customer.qbo_id if customer else f"no customer for '{payment.customer.display_name}'"},
        "TotalAmt": payment.amount,
        "PaymentMethodRef": {"value": method.qbo_id} if method else None,
        "PaymentRefNum": payment.reference[:REFERENCE_MAX] or None,
        # Without one, QuickBooks uses Undeposited Funds.
        "DepositToAccountRef": {"value": account} if account else None,
        "PrivateNote": marks.section(payment),
        "Line": [_line(one.amount, _invoice_id(book, one.invoice_id, one.number)) for one in payment.applied],
    }
    return {key: value for key, value in payload.items() if value is not None}


def _line(amount: Decimal, invoice_id: str) -> Payload:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": invoice_id, "TxnType": "Invoice"}]}


def _invoice_id(book: MappingBook, invoice_id: int, number: str) -> str:
    there = book.invoices.get(invoice_id)
    return there.qbo_id if there else f"no invoice for '{number}'"


def said_of_payment(payment: PaymentDocument) -> Said:
    """The payment as we would send it, field by field, in our own terms.

    Method and account are both our method: choosing another account on the settings page changes no payment that is
    in the books already.
    """
    return {
        "customer": str(payment.customer.id),
        "amount": cents(payment.amount),
        "date": payment.books_date.isoformat(),
        "method": payment.method,
        "account": payment.method,
        "reference": plain(payment.reference),
        "memo": marks.section(payment),
        "invoices": {str(one.invoice_id): cents(one.amount) for one in payment.applied},
    }


# --- what it needs ----------------------------------------------------------------------------------------------


def plan_payment(payment: PaymentDocument, book: MappingBook) -> Plan:
    """What to do so that QuickBooks agrees with the payment."""
    there = book.payments.get(payment.id)
    if payment.is_void:
        return _undo(payment, there)
    payload, said = payment_payload(payment, book), said_of_payment(payment)
    # What QuickBooks calls them: a record that was made again there has another Id.
    said = {**said, "lines": applied_by(payload), "customer_ref": reference(payload, "CustomerRef")}
    if there is None:
        expected = Expected(total=cents(payment.amount), date=payment.books_date.isoformat())
        return Plan(Write("Payment", "create", payload), said, expected)
    if there.gone:
        write = Write("Payment", "update", _target(there) | payload)
        return Plan(write, said, failures=(_failure("record_deleted_there", payment),))
    return _change(payment, payload, said, there, book.paid_numbers)


def _undo(payment: PaymentDocument, there: TransactionRef | None) -> Plan:
    if there is None:
        return Plan()
    write = Write("Payment", "update", _target(there), options="void")
    return settled_undo(there, write, _subject(payment)) or Plan(write)


def _target(there: TransactionRef) -> Payload:
    return {"Id": there.qbo_id, "SyncToken": there.current_token, "sparse": True}


def _change(
    payment: PaymentDocument, payload: Payload, said: Said, there: TransactionRef, numbers: Mapping[str, str]
) -> Plan:
    base, now = there.base or Base(), there.now
    here = {name for name in (*KEYS, "memo", "invoices") if said[name] != base.said.get(name)} | {*base.ours_wins}
    here |= {"invoices"} if said["lines"] != base.said.get("lines") else set()
    here |= {"customer"} if said["customer_ref"] != base.said.get("customer_ref") else set()
    # What she changed is asked about also where nothing changed here, as when it was only saved again.
    if not here and not there.theirs:
        return Plan(said=said)
    note = str(now.get("PrivateNote") or "")
    section = marks.find_section(note, str(base.said.get("memo", "")), payment)
    changes: Payload = {
        key: payload.get(key, "" if name == "reference" else None) for name, key in KEYS.items() if name in here
    }
    if "memo" in here:
        changes["PrivateNote"] = marks.replace_section(note, section, said["memo"])
    ours = {*base.said.get("lines", {}), *said["lines"]}
    if here & {"invoices", "amount"}:
        changes["Line"] = [line for line in now.get("Line") or () if not _pays_one_of(line, ours)] + payload["Line"]
    changes = {key: value for key, value in changes.items() if value is not None}
    # Every update needs them (Intuit's API reference, Payment).
    needed = {key: now.get(key, payload[key]) for key in ("CustomerRef", "TotalAmt")}
    write = Write("Payment", "update", _target(there) | needed | changes)
    if is_void(now):
        return Plan(write, said, failures=(_failure("payment_voided_there", payment),))
    # She may have it pay another invoice of ours, too.
    known, theirs, wanted = (_held(row, ours | numbers.keys()) for row in (base.row, now, payload))
    wanted["memo"], theirs["memo"], known["memo"] = said["memo"], section, str(base.said.get("memo", ""))
    asked = frozenset(here | MONEY)
    if collisions(asked, known=known, now=theirs, ours=wanted):
        # What it pays can only be its own customer's.
        asked |= {"customer"}
    sides = collisions(asked, known=known, now=theirs, ours=wanted)
    in_words = _in_words(payment, base.row, payload, now, numbers)
    if sides:
        return Plan(write, said, failures=(conflict(_subject(payment), [*map(in_words, sides)]),))
    left = collisions(frozenset({*FIELDS, "memo"}) - here, known=known, now=theirs, ours=wanted)
    kept = tuple(map(in_words, left))
    if not here:
        return Plan(said=said, kept=kept)
    # Of a row that was not read since, only a refused SyncToken tells what has become of it.
    if there.theirs and all(wanted[name] == theirs[name] for name in here):
        return Plan(said=said, adopts=Base(said, now), kept=kept)
    expected = Expected(
        total=cents(payment.amount) if "amount" in here else "",
        date=payment.books_date.isoformat() if "date" in here else "",
    )
    return Plan(write, said, expected, kept=kept)


def _held(row: Row, ours: set[str]) -> dict[str, str]:
    """Each of our fields as `row` has it; of its lines those that pay one of `ours`, which are invoices there."""
    paid = {key: amount for key, amount in applied_by(row).items() if key in ours}
    return fields_of(row, FIELDS) | {"invoices": ", ".join(f"Id {key}: {paid[key]}" for key in sorted(paid))}


def _in_words(
    payment: PaymentDocument, was: Row, payload: Payload, now: Row, numbers: Mapping[str, str]
) -> Callable[[Side], Side]:
    """By name what was compared by Id, and all that the payment pays, also what is none of ours."""
    names = {"customer": payment.customer.display_name, "method": payment.method_name, "account": payment.method_name}

    def said(side: Side) -> Side:
        if side.field == "invoices":
            return Side("invoices", *(parts_in_words(applied_by(row), numbers) for row in (was, payload, now)))
        if side.field not in names:
            return side
        key = KEYS[side.field]
        return side.named(name_of(was, key), names[side.field], name_of(now, key))

    return said


def parts_in_words(applied: Mapping[str, str], numbers: Mapping[str, str]) -> str:
    """E.g. "#1842: 108.00, Id 7: 20.00"; `numbers`: of our invoices by their Ids there."""
    called = {key: f"#{numbers[key]}" if key in numbers else f"Id {key}" for key in applied}
    return ", ".join(f"{called[key]}: {applied[key]}" for key in sorted(applied)) or "none"


def holds_payment(row: Row, written: Row) -> bool:
    """Whether `row` has everything that our write said: then it arrived."""
    ours, theirs = fields_of(written, FIELDS), fields_of(row, FIELDS)
    if any(ours[name] != theirs[name] for name, key in KEYS.items() if key in written):
        return False
    notes = [marks.lines_of(str(one.get("PrivateNote") or "")) for one in (written, row)]
    if "PrivateNote" in written and notes[0] != notes[1]:
        return False
    return "Line" not in written or applied_by(row) == applied_by(written)


# What is empty there where we sent none.
EMPTY_UNLESS_SENT = ("PaymentMethodRef", "PaymentRefNum")


def base_of_payment(row: Row, said: Said, written: Row) -> Base:
    """The base of a payment that was found there, made by `written`, whose answer nobody saw.

    QuickBooks held what was sent; what differs now somebody changed since.
    """
    held = {key: value for key, value in row.items() if key in written or key not in EMPTY_UNLESS_SENT}
    return Base(said, {**held, **kept_part("Payment", written), "SyncToken": UNCHANGED})


def with_hers_taken_off(
    base: Base, theirs: Row, said: Said, fields: Collection[str], *, of_ours: Collection[str]
) -> Base:
    """`base`, once a person wants ours there in `fields`: then what she had it pay since gives way to what we say.

    Where the person was only asked about its amount, that stays as long as there is room for it. What she had it pay
    before stays, too, unless she has it pay more since and there is no room, or it is one `of_ours`, by its Id. What
    gives way counts as sent by us.
    """
    if not {"amount", "invoices"} & {*fields}:
        return base
    then, ours = applied_by(base.row), {*base.said.get("lines", {}), *said["lines"]}
    hers = {key: amount for key, amount in applied_by(theirs).items() if key not in ours}
    since = [key for key, amount in hers.items() if then.get(key) != amount]
    ways: Sequence[list[str]] = ([], [key for key in since if key not in then or key in of_ours], since)

    def fits(taken_off: Collection[str]) -> bool:
        parts = (*said["lines"].values(), *(amount for key, amount in hers.items() if key not in taken_off))
        return sum(map(Decimal, parts), ZERO) <= Decimal(said["amount"])

    taken_off = next(filter(fits, ways["invoices" in fields :]), since)
    lines = base.said.get("lines", {}) | {key: hers[key] for key in taken_off}
    return replace(base, said={**base.said, "lines": lines}) if taken_off else base


def _pays_one_of(line: Row, invoice_ids: set[str]) -> bool:
    return any(
        one.get("TxnType") == "Invoice" and str(one.get("TxnId")) in invoice_ids for one in line.get("LinkedTxn") or ()
    )


def _subject(payment: PaymentDocument) -> Subject:
    return Subject("payment", str(payment.id), f"{payment.amount:,} of {payment.received_date.isoformat()}")


def _failure(code: str, payment: PaymentDocument) -> Failure:
    return Failure(code, _subject(payment))


# --- what would keep it out of the books --------------------------------------------------------------------------


def check_payment(payment: PaymentDocument, plan: Plan, book: MappingBook) -> tuple[Failure, ...]:
    """Everything we know that would make the planned write fail, worst first; empty if nothing."""
    write = plan.write
    if write is None:
        return plan.failures
    if write.options == "void":
        return (*_closed_there(payment, book), *plan.failures)
    return (
        *plan.failures,
        *_currency(book),
        *_invoices(payment, book),
        *_customer(payment, book),
        *_method_and_account(payment, write, book),
        *_closed_there(payment, book),
        *_closed(payment, book),
    )


def _currency(book: MappingBook) -> Iterator[Failure]:
    theirs = book.company.home_currency
    if theirs and book.currency and theirs != book.currency:
        facts = {"ours": book.currency, "theirs": theirs, "holder": "the company"}
        yield Failure("currency_differs", Subject("company", "currency", theirs), facts=facts)


def _invoices(payment: PaymentDocument, book: MappingBook) -> Iterator[Failure]:
    """Each invoice that it pays has to be there first, open and of the same customer."""
    customer = book.customers.get(payment.customer.id)
    for one in payment.applied:
        there = book.invoices.get(one.invoice_id)
        subject = Subject("invoice", str(one.invoice_id), f"#{one.number}")
        if there is None:
            yield Failure("waits_for_invoice", subject)
        elif there.gone or there.voided or is_void(there.now):
            facts = {"state": "deleted" if there.gone else "void", "there_entity": "Invoice", "there_id": there.qbo_id}
            yield Failure("payment_invoice_gone", subject, facts=facts)
        elif (
            customer
            and customer.active
            and there.now
            and reference(there.now, "CustomerRef") not in ("", customer.qbo_id)
        ):
            key = "CustomerRef"
            ours, theirs = told_apart(
                (payment.customer.display_name, customer.qbo_id), (name_of(there.now, key), reference(there.now, key))
            )
            facts = {"ours": ours, "theirs": theirs, "there_entity": "Invoice", "there_id": there.qbo_id}
            yield Failure("payment_customer_differs", subject, facts=facts)


def _customer(payment: PaymentDocument, book: MappingBook) -> Iterator[Failure]:
    there = book.customers.get(payment.customer.id)
    if there is None or not there.active:
        yield Failure("customer_not_found", customer_subject(payment.customer))
    elif there.currency and book.currency and there.currency != book.currency:
        facts = {"ours": book.currency, "theirs": there.currency}
        facts["holder"] = f"the customer '{payment.customer.display_name}'"
        yield Failure("currency_differs", customer_subject(payment.customer), facts=facts)


def _method_and_account(payment: PaymentDocument, write: Write, book: MappingBook) -> Iterator[Failure]:
    """Only where the write says them."""
    row = {"row": f"method-{payment.method}"}
    goes_with_one = book.choices.method_of(payment.method) != NO_METHOD
    if write.operation == "create" and goes_with_one and not book.payment_method(payment):
        subject = Subject("payment_method", payment.method, payment.method_name)
        yield Failure("payment_method_missing", subject, facts=row)
    account_id = book.deposit_account_id(payment)
    if not account_id or "DepositToAccountRef" not in write.payload:
        return
    account = book.accounts.get(account_id)
    if account is None or not account.active:
        yield _account_failure("deposit_account_inactive", account or Ref(account_id), payment, row)
    elif account.type not in DEPOSIT_TYPES:
        yield _account_failure("deposit_account_wrong_type", account, payment, row)


def _account_failure(code: str, account: Ref, payment: PaymentDocument, row: Mapping[str, str]) -> Failure:
    return Failure(
        code, account_subject(account), facts={"method": payment.method_name, **row, **account_there(account)}
    )


# The choice on the settings page: payments of this kind go without a method.
NO_METHOD = "none"


def _closed(payment: PaymentDocument, book: MappingBook) -> Iterator[Failure]:
    there = book.payments.get(payment.id)
    if book.gives_closed_day(there, payment.books_date):
        yield _closed_period(payment, book)


def _closed_there(payment: PaymentDocument, book: MappingBook) -> Iterator[Failure]:
    """What is already in a closed period cannot be changed or voided."""
    there = book.payments.get(payment.id)
    if there and there.txn_date and book.company.is_closed_on(there.txn_date):
        yield _closed_period(payment, book)


def payment_in_closed_period(payment: PaymentDocument, book: MappingBook) -> bool:
    """Whether the closing date keeps this payment out, whatever else does."""
    return any(_closed_there(payment, book)) or (not payment.is_void and any(_closed(payment, book)))


def _closed_period(payment: PaymentDocument, book: MappingBook) -> Failure:
    closing = book.company.closing_date.isoformat() if book.company.closing_date else ""
    facts = {"received_date": payment.books_date.isoformat(), "closing_date": closing}
    return Failure("payment_in_closed_period", Subject("date", closing, closing), facts=facts)
