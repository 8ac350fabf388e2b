"""The forms of Settings → QuickBooks: they check that what is chosen exists in the company, and save it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from django import forms
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.http import QueryDict

from qbo.mapping.loading import CHARGES, Unsaved, load_company
from qbo.mapping.names import name_key
from qbo.mapping.payments import NO_METHOD
from qbo.mapping.tax_rows import Code, TaxRow, plain, tax_codes, tax_rows
from qbo.models import (
    AccountMapping,
    Connection,
    ConnectionSettings,
    ListEntry,
    PaymentMapping,
    SettingChange,
    TaxMapping,
)
from qbo.pages.drop_downs import (
    EMPTY,
    FEW,
    SharedChoice,
    accounts,
    choice_field,
    deposit_accounts,
    inactive_names,
    sellable_items,
    words_of,
)
from qbo.pages.newer import NewerForm
from qbo.signals import connection_changed
from runacall.invoices.models import Payment, PricebookCategory
from runacall.organizations.days import plausible_day


class HistoryForm(NewerForm):
    """A settings form that knows what was changed in it, in words."""

    page = ""
    connection: Connection

    def changes(self) -> list[tuple[str, str, str]]:
        """Setting, what it was and what it is to be, for each field that was changed."""
        return [
            (
                self.said(name),
                words_of(self.fields[name], self[name].initial),
                words_of(self.fields[name], self.cleaned_data[name]),
            )
            for name in self.changed_data
        ]

    def said(self, name: str) -> str:
        """What the history calls a setting."""
        return str(self.fields[name].label)

    def by_whom(self, name: str) -> str:
        of = {"connection": self.connection, "realm_id": self.connection.realm_id, "page": self.page}
        last = SettingChange.objects.filter(**of, setting=self.said(name)[:300]).select_related("by").first()
        return str(last.by or "Somebody who has left") if last else "Somebody"

    def in_words(self, name: str) -> str:
        return words_of(self.fields[name], self[name].initial)

    def unsaved(self) -> Unsaved:
        """What is chosen in it, for a mapping book."""
        raise NotImplementedError


class TaxForm(HistoryForm, forms.Form):
    """A code for each row, and the default for rows without one."""

    page = "tax"

    def __init__(
        self, *args: Any, connection: Connection, rows: Sequence[TaxRow], codes: Iterable[Code], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.connection, self.rows = connection, rows
        self.settings = settings_of(connection)
        active = [(code.qbo_id, code.label) for code in codes if code.active]
        self.shared = active if len(active) > FEW else []
        labels = dict([("", EMPTY), *self.shared])
        for row in rows:
            more = [(row.mapped.qbo_id, row.mapped.label)] if row.mapped and not row.mapped.active else []
            field: forms.Field
            if self.shared:
                field = SharedChoice(labels | dict(more) if more else labels, label=row.name)
            else:
                field = choice_field([*active, *more], label=row.name, empty=EMPTY)
            field.initial = row.mapped.qbo_id if row.mapped else ""
            field.widget.attrs["data-percent"] = plain(row.percent)
            self.fields[row.field_name] = field
        default = choice_field(
            active,
            label="Default for unmapped",
            empty="None: stop and ask",
            current=self.settings.default_tax_code_id,
        )
        default.initial = self.settings.default_tax_code_id
        self.fields["default"] = default

    def said(self, name: str) -> str:
        label = super().said(name)
        return label if name == "default" else f"Tax code of {label}"

    def unsaved(self) -> Unsaved:
        self.settings.default_tax_code_id = self.cleaned_data["default"]
        return Unsaved(self.settings, {row.key: self.cleaned_data[row.field_name] for row in self.rows})

    def save(self, *, at: datetime, by: AbstractBaseUser | None = None) -> int:
        """Save what was chosen; returns how many rows changed. Nothing is sent."""
        with transaction.atomic():
            SettingChange.note(self.connection, self.page, self.changes(), at=at, by=by)
            changed = sum(self._save_row(row) for row in self.rows)
            if self.settings.default_tax_code_id != self.cleaned_data["default"]:
                self.settings.default_tax_code_id = self.cleaned_data["default"]
                self.settings.save(update_fields=["default_tax_code_id"])
                changed += 1
        return changed

    def _save_row(self, row: TaxRow) -> bool:
        chosen = self.cleaned_data[row.field_name]
        if chosen == (row.mapped.qbo_id if row.mapped else ""):
            return False
        here: dict[str, Any] = {"connection": self.connection, "realm_id": self.connection.realm_id}
        if chosen:
            TaxMapping.objects.update_or_create(**here, rate_key=row.key, defaults={"tax_code_id": chosen})
        else:
            TaxMapping.objects.filter(**here, rate_key=row.key).delete()
        return True


def settings_of(connection: Connection) -> ConnectionSettings:
    return ConnectionSettings.objects.get_or_create(connection=connection)[0]


class SettingsForm(HistoryForm, forms.ModelForm):  # type: ignore[type-arg]
    """Switches and choices of ConnectionSettings; saving sends a signal."""

    class Meta:
        model = ConnectionSettings
        fields: tuple[str, ...] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.connection = self.instance.connection

    def unsaved(self) -> Unsaved:
        return Unsaved(self.instance)

    def save_at(self, at: datetime, *, by: AbstractBaseUser | None = None) -> None:
        with transaction.atomic():
            SettingChange.note(self.instance.connection, self.page, self.changes(), at=at, by=by)
            # Only what this person changed: what another saved meanwhile, here or on another page, stays.
            own = self._meta.fields or ()
            self.instance.save(update_fields=[name for name in self.changed_data if name in own])


class StartDateForm(forms.Form):
    """The first day whose invoices go to a company."""

    start_date = forms.DateField(
        label="Start date",
        widget=forms.DateInput(attrs={"type": "date", "class": "rac-input"}, format="%Y-%m-%d"),
        validators=[plausible_day],
    )


class FirstStartDateForm(HistoryForm, StartDateForm):
    """The start date of the checklist, which can be changed until the first invoice is sent."""

    page = "status"

    def __init__(self, data: QueryDict | None = None, *, connection: Connection) -> None:
        super().__init__(data, initial={"start_date": settings_of(connection).start_date})
        self.connection = connection


class InvoicesForm(SettingsForm):
    page = "invoices"

    class Meta:
        model = ConnectionSettings
        fields = ("sync_invoices", "when_to_sync", "send_numbers", "sync_customer_updates", "stop_on_rounding")
        widgets = {"when_to_sync": forms.RadioSelect}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if load_company(self.instance.connection).is_us:
            # There QuickBooks keeps our tax as it is.
            del self.fields["stop_on_rounding"]

    @property
    def turns_on(self) -> bool:
        """Saving this sends what waited while Sync invoices was off."""
        return "sync_invoices" in self.changed_data and bool(self.cleaned_data["sync_invoices"])

    def save_at(self, at: datetime, *, by: AbstractBaseUser | None = None) -> None:
        with transaction.atomic():
            super().save_at(at, by=by)
            if "sync_invoices" in self.changed_data:
                # A running drain ends; the next one uses the new settings.
                connection = self.instance.connection
                connection_changed.send(sender=Connection, connection=connection, at=at)


class ItemsForm(SettingsForm):
    """The switch, the accounts, the product for one-off lines, and an account for each category."""

    page = "items"

    class Meta:
        model = ConnectionSettings
        fields = ("auto_create_items", "default_income_account_id", "one_off_item_id", "discount_account_id")

    def __init__(self, *args: Any, categories: Sequence[PricebookCategory], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connection = self.instance.connection
        self.categories: list[PricebookCategory | None] = [*categories, None]
        self.mapped: dict[int | None, str] = dict(
            AccountMapping.objects.filter(connection=connection, realm_id=connection.realm_id, item=None).values_list(
                "category_id", "account_id"
            )
        )
        income, any_account = accounts(connection, "Income"), accounts(connection)
        names = inactive_names(connection)
        for name, choices in (
            ("default_income_account_id", income),
            ("discount_account_id", any_account),
            ("one_off_item_id", sellable_items(connection)),
        ):
            label = self.fields[name].label
            current = getattr(self.instance, name)
            self.fields[name] = choice_field(
                choices, label=str(label), empty="Not chosen", current=current, names=names
            )
        for category in self.categories:
            current = self.mapped.get(category.pk if category else None, "")
            field = choice_field(income, empty="Default income account", current=current, names=names)
            field.initial = current
            field.label = category.name if category else "Items without a category"
            self.fields[field_of(category)] = field
        own = AccountMapping.objects.filter(connection=connection, realm_id=connection.realm_id).exclude(item=None)
        self.own_accounts = list(own.select_related("item").order_by("item__name"))
        for mapping in self.own_accounts:
            field = choice_field(income, empty="As its category", current=mapping.account_id, names=names)
            field.initial, field.label = mapping.account_id, str(mapping.item)
            self.fields[f"item-{mapping.item_id}"] = field

    @property
    def item_fields(self) -> list[forms.BoundField]:
        """Of the items that have an account of their own."""
        return [self[f"item-{mapping.item_id}"] for mapping in self.own_accounts]

    @property
    def category_fields(self) -> list[forms.BoundField]:
        return [self[field_of(category)] for category in self.categories]

    def said(self, name: str) -> str:
        label = super().said(name)
        return f"Income account of {label}" if name.startswith(("category-", "item-")) else label

    def unsaved(self) -> Unsaved:
        chosen = {one.pk if one else None: self.cleaned_data[field_of(one)] for one in self.categories}
        own = {one.item_id: self.cleaned_data[f"item-{one.item_id}"] for one in self.own_accounts if one.item_id}
        return Unsaved(self.instance, account_mappings=chosen, item_accounts=own)

    def save_at(self, at: datetime, *, by: AbstractBaseUser | None = None) -> None:
        with transaction.atomic():
            for category in self.categories:
                self._save_category(category)
            for mapping in self.own_accounts:
                self._save_item(mapping)
            super().save_at(at, by=by)

    def _save_item(self, mapping: AccountMapping) -> None:
        chosen = self.cleaned_data[f"item-{mapping.item_id}"]
        if not chosen:
            mapping.delete()
        elif chosen != mapping.account_id:
            mapping.account_id = chosen
            mapping.save(update_fields=["account_id"])

    def _save_category(self, category: PricebookCategory | None) -> None:
        chosen = self.cleaned_data[field_of(category)]
        connection = self.instance.connection
        which: dict[str, Any] = {"connection": connection, "realm_id": connection.realm_id, "category": category}
        which["item"] = None
        if chosen:
            AccountMapping.objects.update_or_create(**which, defaults={"account_id": chosen})
        else:
            AccountMapping.objects.filter(**which).delete()


class PaymentsForm(SettingsForm):
    """The switch, the account that money goes to, and for each of our payment methods the one in QuickBooks."""

    page = "payments"

    class Meta:
        model = ConnectionSettings
        fields = ("sync_payments", "deposit_account_id", *CHARGES.values())

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        connection = self.instance.connection
        rows = PaymentMapping.objects.filter(connection=connection, realm_id=connection.realm_id)
        self.mapped = {row.method: (row.method_id, row.account_id) for row in rows}
        places, names = deposit_accounts(connection), inactive_names(connection)
        methods = ListEntry.objects.of(connection, "PaymentMethod").order_by("name_key")
        offered = [(NO_METHOD, "No method"), *methods.active().values_list("qbo_id", "name")]
        gone = dict(methods.filter(active=False).values_list("qbo_id", "name"))
        by_name = {name_key(name): name for _, name in offered}
        self.fields["deposit_account_id"] = choice_field(
            places,
            label=str(self.fields["deposit_account_id"].label),
            empty="Undeposited Funds (QuickBooks' default)",
            current=self.instance.deposit_account_id,
            names=names,
        )
        products, gone_products = sellable_items(connection), inactive_names(connection, "Item")
        for name in CHARGES.values():
            current = str(getattr(self.instance, name))
            label = str(self.fields[name].label)
            empty = "By the name of the pricebook item"
            self.fields[name] = choice_field(products, label=label, empty=empty, current=current, names=gone_products)
        for method, title in Payment.Method.choices:
            method_id, account_id = self.mapped.get(method, ("", ""))
            same = by_name.get(name_key(title))
            empty = f"{same} (same name)" if same else "Choose a method…"
            label = f"Method of {title} payments"
            chosen = choice_field(offered, label=label, empty=empty, current=method_id, names=gone)
            chosen.initial = method_id
            self.fields[f"method-{method}"] = chosen
            account = choice_field(
                places, label=f"Account of {title} payments", empty="As above", current=account_id, names=names
            )
            account.initial = account_id
            self.fields[f"account-{method}"] = account

    @property
    def method_rows(self) -> list[tuple[str, forms.BoundField, forms.BoundField]]:
        """What we call each method, and its two drop-downs."""
        return [(title, self[f"method-{name}"], self[f"account-{name}"]) for name, title in Payment.Method.choices]

    def chosen(self) -> dict[str, tuple[str, str]]:
        """By our method: the method and the account in QuickBooks."""
        return {
            name: (self.cleaned_data[f"method-{name}"], self.cleaned_data[f"account-{name}"])
            for name in Payment.Method.values
        }

    def unsaved(self) -> Unsaved:
        return Unsaved(self.instance, payment_mappings=self.chosen())

    @property
    def turns_on(self) -> bool:
        return "sync_payments" in self.changed_data and bool(self.cleaned_data["sync_payments"])

    def save_at(self, at: datetime, *, by: AbstractBaseUser | None = None) -> None:
        connection = self.instance.connection
        with transaction.atomic():
            super().save_at(at, by=by)
            for method, (method_id, account_id) in self.chosen().items():
                which: dict[str, Any] = {"connection": connection, "realm_id": connection.realm_id, "method": method}
                if method_id or account_id:
                    chosen = {"method_id": method_id, "account_id": account_id}
                    PaymentMapping.objects.update_or_create(**which, defaults=chosen)
                else:
                    PaymentMapping.objects.filter(**which).delete()
            if "sync_payments" in self.changed_data:
                # A running drain ends; the next one uses the new settings.
                connection_changed.send(sender=Connection, connection=connection, at=at)


def form_of(
    page: str, connection: Connection, data: QueryDict
) -> TaxForm | ItemsForm | PaymentsForm | InvoicesForm | None:
    """The form of a settings page with what a person has chosen in it; None for a page that has none."""
    if page == TaxForm.page:
        codes = tax_codes(connection)
        return TaxForm(data, connection=connection, rows=tax_rows(connection, codes), codes=codes)
    if page == ItemsForm.page:
        categories = PricebookCategory.objects.for_organization(connection.organization)
        return ItemsForm(data, instance=settings_of(connection), categories=list(categories))
    if page == PaymentsForm.page:
        return PaymentsForm(data, instance=settings_of(connection))
    return InvoicesForm(data, instance=settings_of(connection)) if page == InvoicesForm.page else None


def field_of(category: PricebookCategory | None) -> str:
    return f"category-{category.pk if category else 'none'}"
