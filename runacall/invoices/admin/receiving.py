"""The page on which one payment pays several invoices of a customer: new ones, and those that are corrected."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import F, Q, QuerySet

from runacall import clock
from runacall.invoices.models import Customer, Invoice, Payment
from runacall.invoices.money import ZERO, dollars
from runacall.invoices.statuses import TRANSITIONS, Status
from runacall.organizations.days import plausible_day

# The oldest ones; nobody reads a longer table, and a form of thousands of fields is refused.
MOST_ROWS = 200
TAKE_MONEY = [status for status, following in TRANSITIONS.items() if Status.PAID in following]


class MoneyField(forms.DecimalField):
    """An amount as people type it, also “$1,204.50”."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "class": "rac-input", "autocomplete": "off"})
        super().__init__(
            max_digits=12, decimal_places=2, min_value=options.pop("least", ZERO), widget=widget, **options
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(value.replace("$", "").replace(",", "") if isinstance(value, str) else value)


class ReceiveForm(forms.Form):
    """What was received, and which part of it pays which invoice.

    `customer`: whose invoices are offered. `payment`: the one that is corrected, if it is there already.
    """

    amount = MoneyField(label="Amount received", least=Decimal("0.01"))
    method = forms.ChoiceField(choices=Payment.Method.choices, initial=Payment.Method.CHECK)
    received_date = forms.DateField(
        label="Date received",
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        validators=[plausible_day],
    )
    reference = forms.CharField(max_length=100, required=False, help_text="Check number or bank reference.")
    memo = forms.CharField(max_length=500, required=False)
    rest_is_credit = forms.BooleanField(label="Keep the rest as the customer's credit", required=False)
    # The customer's newest payment when the page was made: a second press of the button is told of the first.
    seen = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, customer: Customer, payment: Payment | None = None, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.customer, self.payment = customer, payment
        self.paid = _paid_by(payment)
        owed = open_invoices(customer, self.paid)
        self.invoices = list(owed[:MOST_ROWS])
        self.more = max(0, owed.count() - MOST_ROWS) if len(self.invoices) == MOST_ROWS else 0
        for invoice in self.invoices:
            field = MoneyField(required=False)
            field.widget.attrs |= {
                "aria-label": f"Pays of invoice #{invoice.number}",
                "data-open": self.open_of(invoice),
            }
            self.fields[_name(invoice)] = field
            if invoice.pk in self.paid:
                self.initial[_name(invoice)] = self.paid[invoice.pk]
        fields = _fields_of(payment) if payment else {"received_date": customer.organization.today(clock.now())}
        self.initial.update(fields, seen=self.newest)

    @property
    def newest(self) -> int:
        """The customer's newest payment; 0 if there is none."""
        return Payment.objects.filter(customer=self.customer).order_by("-pk").values_list("pk", flat=True).first() or 0

    def open_of(self, invoice: Invoice) -> Decimal:
        """What this payment may pay of it at most."""
        return invoice.balance + self.paid.get(invoice.pk, ZERO)

    @property
    def rows(self) -> list[tuple[Invoice, str, Any]]:
        """Each invoice, what is open on it, and its field."""
        return [(invoice, dollars(self.open_of(invoice)), self[_name(invoice)]) for invoice in self.invoices]

    @property
    def parts(self) -> Mapping[Invoice, Decimal]:
        """What was typed, once it is valid."""
        typed = {invoice: self.cleaned_data.get(_name(invoice)) or ZERO for invoice in self.invoices}
        return {invoice: amount for invoice, amount in typed.items() if amount}

    @property
    def details(self) -> dict[str, object]:
        return {name: self.cleaned_data[name] for name in ("amount", "method", "received_date", "reference", "memo")}

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        for invoice, part in self.parts.items():
            if part > self.open_of(invoice):
                self.add_error(_name(invoice), f"More than the {dollars(self.open_of(invoice))} that is open on it.")
        if self.errors:
            return dict(given)
        amount, paid = given["amount"], sum(self.parts.values(), ZERO)
        if paid > amount:
            text = f"The invoices come to {dollars(paid)}, which is {dollars(paid - amount)} more than the payment."
            self.add_error("amount", text)
        elif paid < amount and not given["rest_is_credit"]:
            text = f"{dollars(amount - paid)} pays no invoice. Keep it as credit, or correct the amounts."
            self.add_error("rest_is_credit", text)
        return dict(given)

    def tell_of_another(self) -> bool:
        """Whether a payment came in since the page was made; the form then says so, and a second press is meant."""
        newest = self.newest
        if self.payment or newest <= (self.cleaned_data.get("seen") or 0):
            return False
        last = Payment.objects.get(pk=newest)
        self.add_error(
            None,
            f"A payment of {dollars(last.amount)} by {last.get_method_display().lower()} was just recorded for this"
            " customer. If it is this one, you are done. If not, press the button again.",
        )
        self.data = {**self.data, "seen": str(newest)}
        return True


def open_invoices(customer: Customer, paid: Mapping[int, Decimal]) -> QuerySet[Invoice]:
    """The customer's invoices that owe something, or that the payment which is corrected has paid; oldest first."""
    owes = Q(status__in=TAKE_MONEY, total__gt=F("amount_paid"))
    rows = Invoice.objects.for_organization(customer.organization).alive().filter(customer=customer)
    return rows.filter(owes | Q(pk__in=list(paid))).order_by("invoice_date", "pk")


def _paid_by(payment: Payment | None) -> dict[int, Decimal]:
    """By invoice. What paid one that is void is credit already."""
    if payment is None:
        return {}
    standing = payment.applications.exclude(invoice__status=Status.VOID)
    return dict(standing.values_list("invoice_id", "amount"))


def _fields_of(payment: Payment) -> dict[str, object]:
    names = ("method", "received_date", "reference", "memo")
    return {
        **{name: getattr(payment, name) for name in names},
        "amount": payment.amount,
        "rest_is_credit": payment.credit > 0,
    }


def _name(invoice: Invoice) -> str:
    return f"part-{invoice.pk}"
