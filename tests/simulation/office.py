"""What the people of the shop do during a run; it does not know when it is disturbed."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db import connection as database
from django.utils import timezone

from runacall.invoices.models import Customer, Invoice, Payment, PricebookItem
from runacall.invoices.refusals import Refused
from sync.operations import retrying
from tests import builders
from tests.books import Shop
from tests.simulation.clockwork import Clockwork

DAY = date(2026, 6, 17)
# How often somebody presses Retry on what failed, once nothing moves by itself.
PATIENCE = 900.0


@dataclass(frozen=True)
class Step:
    """`after` so many seconds a person does this. A person whose page broke looks, and does it again if need be.

    `price`: of an invoice's only line, or what a payment comes to; a payment is known by its `reference`.
    """

    after: float
    what: str
    number: str = ""
    customer: str = ""
    price: str = "100.00"
    reference: str = ""


@dataclass(frozen=True)
class Expected:
    """Every record of the shop, as it is in the end."""

    invoices: list[Invoice]
    payments: list[Payment]
    customers: list[Customer]
    items: list[PricebookItem]


class Office:
    """`is_good`: whether QuickBooks still takes a refresh token; `tell`: about something that must not be."""

    def __init__(
        self,
        work: Clockwork,
        shop: Shop,
        steps: Sequence[Step],
        *,
        is_good: Callable[[str], bool],
        tell: Callable[[str], None],
    ) -> None:
        self.work, self.shop, self.began = work, shop, work.now
        self.is_good, self.tell = is_good, tell
        self.steps = sorted(steps, key=lambda step: step.after)
        self.done = 0
        self.is_retrying = False
        self.retries = 0
        self.retried_at = 0.0

    @property
    def is_done(self) -> bool:
        return self.done == len(self.steps)

    def main(self) -> None:
        while not self.is_done:
            step = self.steps[self.done]
            self.work.sleep(self.began + step.after - self.work.now)
            self.verbs[step.what](step)
            self.done += 1
        while True:
            self.work.sleep(60.0)
            if self._is_signed_out():
                self._sign_in_again()
            if self.is_retrying and self.work.now - self.retried_at > PATIENCE and self.shop.failed().exists():
                self.retries += 1
                self.retried_at = self.work.now
                retrying.retry(self.shop.failed(), by=None, at=timezone.now())

    @staticmethod
    def _is_signed_out() -> bool:
        """Read past the simulated connection: a look that finds nothing is no point of the run."""
        ((count,),) = database.connection.execute(
            "SELECT COUNT(*) FROM qbo_connection WHERE pause_code = 'token_expired'"
        )
        return bool(count)

    def _sign_in_again(self) -> None:
        """What only a person can do where a process died, or an answer was lost, with the next refresh token in it."""
        self.shop.connection.refresh_from_db()
        if self.is_good(self.shop.connection.refresh_token):
            self.tell("the connection was paused although its refresh token is good")
        # A page that breaks is opened again a minute later.
        with suppress(Exception):
            self.shop.reconnect()

    @property
    def verbs(self) -> dict[str, Callable[[Step], object]]:
        return {
            "enter": self._enter,
            "edit": self._edit,
            "void": self._void,
            "pay": self._pay,
            "correct payment": self._correct_payment,
            "void payment": self._void_payment,
            "annotate": self._annotate,
            "renumber": self._renumber,
            "redate": self._redate,
            "move invoice": self._move_invoice,
            "correct customer": self._correct_customer,
            "rename customer": self._rename_customer,
            "correct item": self._correct_item,
            "move payment": self._move_payment,
            "restate payment": self._restate_payment,
            "retry": self._retry,
        }

    def _enter(self, step: Step) -> None:
        if self._invoices().filter(internal_note=step.number).exists():
            return
        organization, at = self.shop.organization, timezone.now()
        customer = Customer.objects.filter(organization=organization, name__startswith=step.customer).first()
        customer = customer or builders.customer(organization, step.customer, at=at)
        item = PricebookItem.objects.filter(organization=organization, name="Labor").first()
        item = item or builders.item(organization, "Labor", at=at)
        line = builders.line(item=item, rates=[self.shop.rate], unit_price=step.price)
        # By its note it is known to the office, whatever number it is given later.
        named = {"number": step.number, "internal_note": step.number}
        builders.invoice(organization, customer=customer, lines=[line], at=at, invoice_date=DAY, **named)

    def _edit(self, step: Step) -> None:
        invoice = self._invoice(step)
        item = PricebookItem.objects.get(organization=self.shop.organization, name="Labor")
        line = builders.line(item=item, rates=[self.shop.rate], unit_price=step.price)
        self._try(lambda: invoice.edit(lines=[line], at=timezone.now()))

    def _void(self, step: Step) -> None:
        invoice = self._invoice(step)
        self._try(lambda: invoice.void(reason="Entered twice", at=timezone.now()))

    def _pay(self, step: Step) -> None:
        """What is more than the balance stays the customer's credit."""
        if self._payments().filter(reference=step.reference).exists():
            return
        invoice, amount = self._invoice(step), Decimal(step.price)
        given = {"method": "check", "received_date": DAY, "reference": step.reference, "rest_is_credit": True}
        self._try(lambda: invoice.record_payment(amount=amount, at=timezone.now(), **given))

    def _correct_payment(self, step: Step) -> None:
        """The method, which is no other money."""
        for payment in self._payments().filter(reference=step.reference):
            self._try(lambda payment=payment: payment.edit(method="cash", at=timezone.now()))

    def _void_payment(self, step: Step) -> None:
        for payment in self._payments().filter(reference=step.reference):
            self._try(lambda payment=payment: payment.void(at=timezone.now()))

    def _annotate(self, step: Step) -> None:
        invoice = self._invoice(step)
        self._try(lambda: invoice.edit(customer_note=step.reference, at=timezone.now()))

    def _renumber(self, step: Step) -> None:
        self._try(lambda: self._invoice(step).edit(number=step.reference, at=timezone.now()))

    def _redate(self, step: Step) -> None:
        self._try(lambda: self._invoice(step).edit(invoice_date=date(2026, 6, 15), at=timezone.now()))

    def _move_invoice(self, step: Step) -> None:
        customer = self._customers().filter(name__startswith=step.customer).first()
        if customer:
            self._try(lambda: self._invoice(step).edit(customer=customer, at=timezone.now()))

    def _correct_customer(self, step: Step) -> None:
        for customer in self._customers().filter(name=step.customer):
            customer.edit(phone=step.reference, at=timezone.now())

    def _rename_customer(self, step: Step) -> None:
        for customer in self._customers().filter(name=step.customer):
            customer.edit(name=f"{step.customer} {step.reference}", at=timezone.now())

    def _correct_item(self, step: Step) -> None:
        for item in self._items():
            item.edit(description=step.reference, at=timezone.now())

    def _move_payment(self, step: Step) -> None:
        """It pays another open invoice of its customer, or none: all of it is the customer's credit."""
        for payment in self._payments().filter(reference=step.reference):
            others = (
                self._invoices().filter(customer=payment.customer_id).exclude(internal_note=step.number).order_by("pk")
            )
            parts = {one: min(one.balance, payment.amount) for one in others if one.balance > 0}
            self._try(lambda payment=payment, parts=parts: payment.apply(dict([*parts.items()][:1]), at=timezone.now()))

    def _restate_payment(self, step: Step) -> None:
        """It came to a dollar less."""
        for payment in self._payments().filter(reference=step.reference):
            amount = payment.amount - 1
            applied = {one.invoice: one.amount for one in payment.applications.select_related("invoice")}
            parts = {invoice: min(part, amount) for invoice, part in applied.items()}
            self._try(
                lambda payment=payment, amount=amount, parts=parts: payment.restate(
                    amount=amount, parts=parts, at=timezone.now()
                )
            )

    def _retry(self, step: Step) -> None:
        retrying.retry(self.shop.failed(), by=None, at=timezone.now())

    @staticmethod
    def _try(do: Callable[[], object]) -> None:
        with suppress(Refused):  # done already, before the page broke
            do()

    def _invoices(self) -> object:
        return Invoice.objects.filter(organization=self.shop.organization)

    def _invoice(self, step: Step) -> Invoice:
        return self._invoices().get(internal_note=step.number)

    def _customers(self) -> object:
        return Customer.objects.filter(organization=self.shop.organization)

    def _items(self) -> object:
        return PricebookItem.objects.filter(organization=self.shop.organization)

    def _payments(self) -> object:
        return Payment.objects.filter(organization=self.shop.organization)

    def expected(self) -> Expected:
        """The records as they have to be in the books."""
        found = (self._invoices(), self._payments(), self._customers(), self._items())
        return Expected(*(list(rows.order_by("pk")) for rows in found))


def moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)
