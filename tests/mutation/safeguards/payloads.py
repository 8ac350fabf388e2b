"""What is sent to QuickBooks, what keeps a document from being sent, and what comes back; data."""

from tests.mutation.safeguard import Safeguard

PAYLOADS = "qbo/mapping/payloads.py"
MARKS = "qbo/mapping/marks.py"
PLANNING = "qbo/mapping/planning.py"
PREFLIGHT = "qbo/mapping/preflight.py"
BOOK = "qbo/mapping/book.py"
COMPARING = "qbo/mapping/comparing.py"
OF_PAYLOADS = "tests/qbo/test_payloads.py"
OF_PLANNING = "tests/qbo/test_planning.py"
OF_PREFLIGHT = "tests/qbo/test_preflight.py"
OF_COMPARING = "tests/qbo/test_books.py"
OF_MATCHING = "tests/qbo/test_matching.py"

SAFEGUARDS = (
    Safeguard(
        "the tax goes out as the customer was told it",
        PAYLOADS,
        '{"TxnTaxCodeRef": code, "TotalTax": invoice.tax_total}',
        '{"TxnTaxCodeRef": code}',
        (f"{OF_PAYLOADS}::test_a_us_invoice_says_taxed_or_not_on_lines_and_the_code_once_with_our_tax",),
    ),
    Safeguard(
        "an untaxed line is not taxed in QuickBooks",
        PAYLOADS,
        '{"value": "TAX" if line.rates else "NON"}',
        '{"value": "TAX"}',
        (f"{OF_PAYLOADS}::test_a_us_invoice_says_taxed_or_not_on_lines_and_the_code_once_with_our_tax",),
    ),
    Safeguard(
        "the invoice goes out under the date of the books",
        PAYLOADS,
        '"TxnDate": invoice.books_date.isoformat()',
        '"TxnDate": invoice.invoice_date.isoformat()',
        (f"{OF_PAYLOADS}::test_the_date_is_that_of_the_books",),
    ),
    Safeguard(
        "quantity and price go only where their product is the amount",
        PAYLOADS,
        "if round_cents(line.quantity * line.unit_price) == line.amount:",
        "if True:",
        (f"{OF_PAYLOADS}::test_an_amount_that_is_not_the_product_goes_without_quantity_and_price",),
    ),
    Safeguard(
        "QuickBooks takes the discount off before it taxes",
        PAYLOADS,
        '{"ApplyTaxAfterDiscount": True} if invoice.discount',
        '{"ApplyTaxAfterDiscount": False} if invoice.discount',
        (f"{OF_PAYLOADS}::test_a_discount_is_a_positive_line_of_its_own",),
    ),
    Safeguard(
        "internal notes are not shown to the customer",
        PAYLOADS,
        '{"value": invoice.customer_note[:CUSTOMER_MEMO_MAX]} if invoice.customer_note',
        '{"value": invoice.internal_note[:CUSTOMER_MEMO_MAX]} if invoice.customer_note',
        (f"{OF_PAYLOADS}::test_internal_notes_stay_internal_and_the_mark_comes_first",),
    ),
    Safeguard(
        "every invoice carries our mark",
        MARKS,
        "[mark(record), *lines_of(notes)]",
        "[*lines_of(notes)]",
        (f"{OF_PAYLOADS}::test_internal_notes_stay_internal_and_the_mark_comes_first",),
    ),
    Safeguard(
        "the mark names the organization as well as the invoice",
        MARKS,
        'return beginning, f"(ref {record.organization_id}-{record.id})"',
        'return beginning, f"(ref {record.id})"',
        (f"{OF_PAYLOADS}::test_the_mark_of_another_shops_invoice_is_not_ours",),
    ),
    Safeguard(
        "what is in QuickBooks already is updated, not created again",
        PLANNING,
        "    if there is None:\n        said = ",
        "    if True:\n        said = ",
        (f"{OF_PLANNING}::test_an_update_goes_to_the_id_and_token_that_are_known",),
    ),
    Safeguard(
        "an update names the version that it changes",
        PLANNING,
        '"SyncToken": there.current_token, "sparse": True}',
        '"SyncToken": "", "sparse": True}',
        (f"{OF_PLANNING}::test_an_update_goes_to_the_id_and_token_that_are_known",),
    ),
    Safeguard(
        "drafts are not sent",
        PLANNING,
        "if invoice.is_draft:",
        "if False:",
        (f"{OF_PLANNING}::test_what_undoing_needs",),
        quick=True,
    ),
    Safeguard(
        "money goes out digit for digit",
        "qbo/connection/client.py",
        "json.loads(text, parse_float=Decimal)",
        "json.loads(text)",
        (f"{OF_PAYLOADS}::test_money_goes_out_digit_for_digit",),
    ),
    Safeguard(
        "a number that JSON would change is not sent",
        "qbo/connection/client.py",
        "len(value.normalize().as_tuple().digits) > 15",
        "False",
        (f"{OF_PAYLOADS}::test_a_number_that_would_change_on_the_way_is_refused",),
    ),
    Safeguard(
        "the closing date itself is closed",
        BOOK,
        "day <= self.closing_date",
        "day < self.closing_date",
        (f"{OF_PREFLIGHT}::test_the_day_after_the_closing_date_is_open",),
        quick=True,
    ),
    Safeguard(
        "what stands in a closed period is not touched",
        PREFLIGHT,
        "    yield from _closed_there(invoice, book)\n    if book.gives",
        "    if book.gives",
        (f"{OF_PREFLIGHT}::test_what_stands_in_a_closed_period_can_be_neither_moved_out_nor_voided",),
    ),
    Safeguard(
        "a tax code that is switched off in QuickBooks is a gap",
        BOOK,
        "return code if code and code.active else None",
        "return code",
        (f"{OF_PREFLIGHT}::test_each_gap_has_its_code",),
    ),
    Safeguard(
        "no taxed invoice goes where sales tax is off",
        PREFLIGHT,
        "if taxed and not book.company.sales_tax_ready:",
        "if False:",
        (f"{OF_PREFLIGHT}::test_each_gap_has_its_code",),
    ),
    Safeguard(
        "two sets of rates do not go on one US invoice",
        PREFLIGHT,
        "if book.company.is_us and len({line.rate_key for line in taxed}) > 1:",
        "if False:",
        (f"{OF_PREFLIGHT}::test_two_taxed_sets_on_one_us_invoice_do_not_go",),
    ),
    Safeguard(
        "a number that another invoice holds there is not used again",
        PREFLIGHT,
        "if not number or not holder or (there and there.qbo_id == holder):",
        "if True:",
        (f"{OF_PREFLIGHT}::test_each_gap_has_its_code",),
        quick=True,
    ),
    Safeguard(
        "a void waits for the payments that are on the invoice",
        PLANNING,
        '(_failure("void_has_payments", invoice),) if hers else ()',
        "()",
        (f"{OF_PREFLIGHT}::test_a_void_waits_for_its_payments",),
    ),
    Safeguard(
        "a deleted customer is not invoiced",
        PREFLIGHT,
        "    there = book.customers.get(invoice.customer.id)\n    if there is None or not there.active:",
        "    there = book.customers.get(invoice.customer.id)\n    if there is None:",
        (f"{OF_PREFLIGHT}::test_each_gap_has_its_code",),
    ),
    Safeguard(
        "a customer of the same name with another e-mail is for a person to decide",
        "qbo/mapping/matching.py",
        "possible = [row for row in left if not _differs(customer, row)]",
        "possible = left",
        (f"{OF_MATCHING}::test_the_same_name_with_another_email_is_for_a_person",),
    ),
    Safeguard(
        "reconcile: a second row of ours is a twin",
        COMPARING,
        "if len(rows) > 1:",
        "if False:",
        (f"{OF_COMPARING}::test_a_second_row_of_our_mark_is_a_twin",),
    ),
    Safeguard(
        "reconcile: amounts differ by a cent",
        COMPARING,
        "return round_cents(Decimal(str(amount or 0)))",
        "return Decimal(round(Decimal(str(amount or 0)), 1))",
        (f"{OF_COMPARING}::test_a_difference_is_named",),
    ),
    Safeguard(
        "reconcile: the number is compared",
        COMPARING,
        '"number": theirs["number"] if invoice.is_void or not one.number else one.number,',
        '"number": theirs["number"],',
        (f"{OF_COMPARING}::test_a_difference_is_named",),
    ),
    Safeguard(
        "reconcile: the date is compared",
        COMPARING,
        '"date": theirs["date"] if invoice.is_void else invoice.books_date.isoformat(),',
        '"date": theirs["date"],',
        (f"{OF_COMPARING}::test_a_difference_is_named", f"{OF_COMPARING}::test_the_date_is_that_of_the_books"),
    ),
    Safeguard(
        "reconcile: another shop's mark is not ours",
        COMPARING,
        "self.marked.get((invoice.organization_id, invoice.id), [])",
        "[row for (_, pk), rows in self.marked.items() if pk == invoice.id for row in rows]",
        (f"{OF_COMPARING}::test_another_shops_mark_is_not_ours",),
    ),
)
