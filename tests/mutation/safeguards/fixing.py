"""Fixing a cause in its card: exactly its events, the first choice, Undo only while nothing was sent; data."""

from tests.mutation.safeguard import Safeguard

APPLYING = "sync/fixing/applying.py"
TESTS = "tests/sync/test_fixing.py"
PAGES = "tests/sync/test_fixing_pages.py"

SAFEGUARDS = (
    Safeguard(
        "a fix: what somebody else chose meanwhile is not overwritten",
        APPLYING,
        "    if fix.seen(case) != shown.seen:",
        "    if False:",
        (f"{TESTS}::TestTwoPeople::test_a_mapping_saved_meanwhile_on_the_tax_page_is_not_overwritten",),
    ),
    Safeguard(
        "a fix: what failed after the page was shown is left alone",
        APPLYING,
        "case.events.filter(changed_at__lte=shown.at) if shown.at else case.events",
        "case.events",
        (f"{TESTS}::TestTwoPeople::test_what_failed_after_the_page_was_shown_is_left_alone",),
    ),
    Safeguard(
        "a fix: only what is offered can be chosen",
        APPLYING,
        "    if fix is None or offer is None or option is None:",
        "    if fix is None or offer is None:",
        (f"{TESTS}::TestTaxCode::test_a_code_that_is_not_offered_changes_nothing",),
    ),
    Safeguard(
        "a fix: not undone once an invoice was sent with it",
        APPLYING,
        "    if sent:\n",
        "    if False:\n",
        (f"{TESTS}::TestUndo::test_not_once_an_invoice_was_sent_with_it",),
    ),
    Safeguard(
        "a fix: nothing is sent at once, so that it can be undone",
        APPLYING,
        "due_at=at + UNDO_FOR",
        "due_at=at",
        (f"{TESTS}::TestTaxCode::test_mapping_sends_exactly_what_waited_for_it",),
    ),
    Safeguard(
        "a fix: the account of one item is not its neighbors'",
        "qbo/mapping/book.py",
        "self.item_accounts.get(item.id) or ",
        "next(iter(self.item_accounts.values()), '') or ",
        (f"{TESTS}::TestAccount::test_of_exactly_this_item_is_changed_there_and_its_neighbor_stays",),
    ),
    Safeguard(
        "a fix: an invoice that keeps its number is not sent again",
        APPLYING,
        "return events.filter(record_id__in=[int(key) for key in changed]) if changed else events",
        "return events",
        (f"{TESTS}::TestNumber::test_of_a_paid_invoice_stays_and_is_left_alone",),
    ),
    Safeguard(
        "a fix on an invoice's page: other invoices keep their date and number",
        "sync/fixing/table.py",
        "events = held.filter(pk=event_id) if shown and (fix is None or fix.edits) else held",
        "events = held",
        (f"{PAGES}::test_a_choice_that_changes_invoices_is_for_the_one_whose_page_it_is_on",),
    ),
    Safeguard(
        "a fix: of one's own organization only is undone",
        "sync/pages/fixing.py",
        "ActionRecord.objects.filter(organization=request.organization, action__in=FIXES)",
        "ActionRecord.objects.filter(action__in=FIXES)",
        (f"{PAGES}::test_another_shops_fix_is_out_of_reach",),
    ),
    Safeguard(
        "a fix ahead: only of one's own organization's invoices",
        "sync/fixing/ahead.py",
        "Invoice.objects.for_organization(connection.organization).alive()",
        "Invoice.objects.alive()",
        ("tests/journeys/test_fix_ahead.py::test_an_id_of_another_shop_finds_nothing",),
    ),
)
