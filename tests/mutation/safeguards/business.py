"""Invoices, payments, dates, taxes and the import of the shop itself; data."""

from tests.mutation.safeguard import Safeguard

INVOICES = "runacall/invoices/models/invoices.py"
RECORDS = "runacall/invoices/models/records.py"
LINES = "runacall/invoices/models/lines.py"
OF_OPERATIONS = "tests/runacall/test_operations.py"
OF_IMPORT = "tests/runacall/test_invoice_import.py"
OF_LEFT_OPEN = "tests/journeys/test_settings_left_open.py"

SAFEGUARDS = (
    Safeguard(
        "dates: today is the shop's own day",
        "runacall/organizations/models.py",
        "return self.local(at).date()",
        "return at.date()",
        (f"{OF_OPERATIONS}::test_the_shops_own_day",),
    ),
    Safeguard(
        "dates: an invoice with a payment keeps the date that its customer has seen",
        INVOICES,
        "        return bool(self.amount_paid) and self.status != Status.VOID\n",
        "        return False\n",
        (f"{OF_OPERATIONS}::test_post_to_another_date",),
    ),
    Safeguard(
        "invoices: what has a payment is edited no more",
        INVOICES,
        "        if self.lock_reason:\n",
        "        if False:\n",
        (f"{OF_OPERATIONS}::test_edits_are_refused_after_a_payment",),
    ),
    Safeguard(
        "invoices: a status leads only where it may",
        INVOICES,
        "return not self.deleted_at and status in TRANSITIONS[self.status]",
        "return True",
        (f"{OF_OPERATIONS}::test_only_drafts_with_lines_are_sent",),
    ),
    Safeguard(
        "payments: no more than the balance",
        INVOICES,
        "if amount > self.balance and not rest_is_credit:",
        "if False:",
        (f"{OF_OPERATIONS}::test_payments_that_make_no_sense",),
    ),
    Safeguard(
        "payments: whole cents above nothing",
        INVOICES,
        "if amount <= 0 or amount != money.round_cents(amount):",
        "if False:",
        (f"{OF_OPERATIONS}::test_payments_that_make_no_sense",),
    ),
    Safeguard(
        "changes: made to the row as it is now, not as a page showed it",
        RECORDS,
        "self.refresh_from_db(from_queryset=type(self)._base_manager.select_for_update())",
        "pass",
        (f"{OF_OPERATIONS}::test_two_screens_cannot_pay_twice",),
    ),
    Safeguard(
        "changes: each one is told of",
        RECORDS,
        "            self.save()\n            self.announce(at=at, by=by)",
        "            self.save()",
        (f"{OF_OPERATIONS}::test_editing_replaces_lines_and_totals",),
    ),
    Safeguard(
        "taxes: an exempt customer pays none",
        LINES,
        "if customer.tax_exempt:",
        "if False:",
        (f"{OF_OPERATIONS}::test_an_exempt_customer_beats_all",),
    ),
    Safeguard(
        "scope: no line of another shop's item",
        LINES,
        'refuse_strangers(customer.organization_id, {"item": line.item})',
        "pass",
        (f"{OF_OPERATIONS}::test_another_shops_records_are_refused",),
    ),
    Safeguard(
        "import: the same file a second time is refused, not entered twice",
        "runacall/invoices/invoice_import/planning.py",
        "if invoice.number in self.used:",
        "if False:",
        (f"{OF_IMPORT}::test_bad_rows",),
    ),
    Safeguard(
        "import: all of a file or nothing of it",
        "runacall/invoices/invoice_import/planning.py",
        "    @transaction.atomic\n    def carry_out(",
        "    def carry_out(",
        (f"{OF_IMPORT}::test_nothing_is_left_of_an_import_that_fails_at_the_end",),
    ),
    Safeguard(
        "import: another shop's customers and items are not used",
        "runacall/invoices/invoice_import/matching.py",
        "Customer.objects.for_organization(organization).order_by",
        "Customer.objects.order_by",
        (f"{OF_IMPORT}::test_what_is_there_already_is_used",),
    ),
    Safeguard(
        "settings: only what this person changed is saved",
        "qbo/pages/forms.py",
        "self.instance.save(update_fields=[name for name in self.changed_data if name in own])",
        "self.instance.save()",
        ("tests/qbo/test_pages_settings.py::TestTwoAtOnce::test_two_people_on_two_pages",),
    ),
    Safeguard(
        "settings: a page that stood open keeps the newer values of what was not touched on it",
        "qbo/pages/newer.py",
        "            if name not in before or not field.has_changed(was, chosen):\n",
        "            if False:\n",
        (
            f"{OF_LEFT_OPEN}::test_what_the_other_saved_stays_where_it_was_not_touched",
            f"{OF_LEFT_OPEN}::test_what_was_not_on_the_page_yet_is_not_taken_away",
        ),
    ),
    Safeguard(
        "settings: what two people changed is asked about",
        "qbo/pages/newer.py",
        "            elif field.has_changed(now, chosen):\n",
        "            elif False:\n",
        (f"{OF_LEFT_OPEN}::test_what_both_changed_is_asked_about_once",),
    ),
    Safeguard(
        "settings: defaults are filled in only where nothing is chosen",
        "qbo/mapping/first_choices.py",
        'stored.filter(**{name: ""}).update(**{name: found})',
        "stored.update(**{name: found})",
        ("tests/qbo/test_pages_settings.py::TestTwoAtOnce::test_defaults_are_filled_in_while_a_person_saves",),
    ),
)
