"""What was settled about two people and one set of books, by its number, and every case that failed once; pure data.

Each names the tests that prove it, as file::test; `test_settled.py` fails where one has none, or where one is gone.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple


class Settled(NamedTuple):
    """One sentence, and the tests that prove it."""

    says: str
    tests: tuple[str, ...]


def _in(file: str, *tests: str) -> tuple[str, ...]:
    return tuple(f"tests/{file}.py::{test}" for test in tests)


SETTLED: Mapping[int, Settled] = {
    35: Settled(
        "Ours are the fields that we fill, our lines and our section of the memo; the rest is the bookkeeper's.",
        _in(
            "journeys/test_two_people",
            "test_what_the_bookkeeper_put_on_our_lines_and_into_the_memo_outlives_our_edit",
            "test_a_line_that_the_bookkeeper_added_stays_when_ours_change",
            "test_a_line_is_known_by_its_words_where_another_is_taken_off",
        )
        + _in("two_hands/test_two_hands", "test_two_hands"),
    ),
    36: Settled(
        "An update says what changed here; what both changed, or was voided, deleted or paid there, is a person's.",
        _in(
            "journeys/test_two_people",
            "test_an_update_says_only_what_changed_here",
            "test_the_notes_of_a_paid_invoice_go",
        )
        + _in(
            "journeys/test_deciding",
            "test_both_changed_a_field_and_quickbooks_is_kept",
            "test_both_changed_it_and_ours_is_sent",
            "test_both_moved_it_to_another_customer",
            "test_both_changed_an_amount",
            "test_voided_there_then_a_note_here",
            "test_voided_there_and_sent_again_as_a_new_one",
            "test_deleted_there_then_an_edit_here",
            "test_paid_there_then_another_total_here",
        )
        + _in("journeys/test_many_conflicts", "test_quickbooks_is_kept_for_all_that_are_alike")
        + _in("journeys/test_list_updates", "test_an_email_changed_on_both_sides_is_a_persons_to_decide"),
    ),
    37: Settled(
        "Dismissing closes one change, not the record; with Sync invoices off, changes of what is there wait.",
        _in(
            "sync/test_owed_changes",
            "test_an_edit_after_a_dismissed_one_goes_out",
            "test_what_never_got_there_stays_out",
            "TestSyncOff::test_a_new_invoice_makes_no_event",
            "TestSyncOff::test_a_change_of_what_is_there_waits",
            "TestSyncOff::test_nothing_that_was_queued_goes_out",
        ),
    ),
    38: Settled(
        "One company at a time: what is for one goes to no other, and coming back finds everything as it was.",
        _in(
            "journeys/test_another_company",
            "test_chosen_by_mistake_and_back",
            "test_used_on_purpose_then_back",
            "test_a_drain_under_way_sends_nothing_to_the_new_company",
        ),
    ),
    39: Settled(
        "Not in QuickBooks, there as it was on a day, or there and different: each page says which, and truly.",
        _in(
            "sync/test_holding",
            "test_log_and_opened_row_say_it",
            "test_the_invoice_says_it",
            "test_a_dispatcher_reads_it",
        )
        + _in("two_hands/test_two_hands", "test_two_hands"),
    ),
    40: Settled(
        "Numbers go out on creating and where a person changed them; by hand there and none of ours: nothing is sent.",
        _in(
            "journeys/test_numbers",
            "test_a_number_that_a_person_changes_is_checked_and_goes",
            "test_turning_our_numbers_on_again_renumbers_nothing",
        )
        + _in("journeys/test_duplicate_doc_number", "test_with_the_ids_off_no_number_is_sent_at_all"),
    ),
    41: Settled(
        "The customer that a linked one was merged into is the survivor, and nobody is made again.",
        _in(
            "journeys/test_customer_not_found",
            "test_a_merged_customer_is_the_survivor",
            "test_two_of_ours_that_were_merged_are_one_there",
        ),
    ),
    42: Settled(
        "Who holds a name, and what is inactive, is named, opened, and told what works.",
        _in("journeys/test_customer_not_found", "test_who_has_the_name_is_said_and_opened")
        + _in(
            "journeys/test_item_not_found",
            "test_an_item_made_inactive_in_qbo_is_made_active_again_and_has_no_twin",
            "test_an_inactive_product_of_the_name_is_not_doubled_by_auto_create",
        )
        + _in("journeys/test_account_inactive", "test_the_row_where_the_account_is_chosen_is_opened"),
    ),
    43: Settled(
        "All causes are found at once; a fix's forecast counts what stays blocked by the rest.",
        _in(
            "journeys/test_all_causes",
            "test_the_row_says_all_of_it_with_where_to_go",
            "test_one_fixed_leaves_the_other_in_the_row",
            "test_a_fix_forecasts_what_goes_and_what_stays",
            "test_a_customer_that_failed_keeps_its_invoices_in_the_forecast",
        ),
    ),
    44: Settled(
        "Nothing is settled here because of an old list before it was read again, once for all.",
        _in(
            "sync/test_old_lists",
            "test_what_the_bookkeeper_put_right_since_does_not_stop_an_invoice",
            "test_a_list_that_stops_many_is_read_once",
            "test_the_closing_date_is_read_again_before_it_stops_an_invoice",
            "test_lists_are_read_again_daily",
        ),
    ),
    45: Settled(
        "Post to current period moves the due date too, shows both dates first, and is undone until it is sent.",
        _in(
            "journeys/test_posting_dates",
            "test_the_due_date_moves_by_the_terms",
            "test_nothing_happens_before_yes",
            "test_it_can_be_undone_until_it_is_sent",
            "test_what_was_sent_is_not_undone",
            "test_many_are_posted_and_undone_together",
        ),
    ),
    46: Settled(
        "One key compares all names: Unicode, blanks and case make no second record; Parent:Child means that child.",
        _in(
            "journeys/test_names_that_meet",
            "test_blanks_make_no_twins",
            "test_what_is_there_with_other_blanks_and_case_is_linked",
            "test_a_sub_customer_and_a_category_item_are_linked_by_their_full_names",
        ),
    ),
    47: Settled(
        "Only what is unique on both sides is linked by itself.",
        _in(
            "journeys/test_names_that_meet",
            "test_two_of_a_name_here_and_one_there",
            "test_one_here_and_two_there",
            "test_two_products_of_a_name_in_two_categories",
        ),
    ),
    48: Settled(
        "No letter beyond Latin-1 gets into a query, and one record's data fails no other's.",
        _in(
            "journeys/test_names_that_meet",
            "test_a_typographic_apostrophe_stops_nobody",
            "test_one_that_is_there_under_such_a_name_is_linked",
            "test_a_number_with_such_a_letter_is_found_taken",
        ),
    ),
    49: Settled(
        "A read that one bad row breaks is halved until the row stands alone.",
        _in(
            "journeys/test_names_that_meet",
            "test_a_row_that_quickbooks_cannot_read_stops_only_its_own_customer",
            "test_a_list_is_read_around_a_row_that_breaks_it",
        ),
    ),
    50: Settled(
        "Several e-mail addresses in a field: any of them is enough; none there is a suggestion.",
        _in(
            "journeys/test_names_that_meet",
            "test_any_of_several_e_mails_there_is_enough",
            "test_one_without_an_e_mail_there_is_a_suggestion",
            "test_several_e_mails_here_find_the_one_there_and_go_along",
        ),
    ),
    51: Settled(
        "Another currency there: failed before anything is sent; `reconcile` names it.",
        _in(
            "journeys/test_money_elsewhere",
            "test_a_customer_in_another_currency_gets_no_invoice",
            "test_a_company_in_another_currency_gets_nothing",
            "test_reconcile_names_another_currency",
        ),
    ),
    52: Settled(
        "Outside the US: discounts before tax, our tax along, and a cent of rounding is a remark or a stop.",
        _in(
            "journeys/test_money_elsewhere",
            "test_a_discount_is_taken_off_before_tax_in_both",
            "test_a_cent_of_quickbooks_rounding_is_synced_with_a_remark",
            "test_the_shop_may_have_a_cent_stop",
            "test_our_tax_goes_along_where_quickbooks_keeps_it",
        ),
    ),
    53: Settled(
        "A code of another percentage warns and does not block.",
        _in("qbo/test_pages_settings", "TestTax::test_warns_of_a_code_of_another_percentage_and_saves_it_all_the_same"),
    ),
    54: Settled(
        "No due date here: none sent, none compared, and the page says what QuickBooks makes of it.",
        _in(
            "journeys/test_money_elsewhere",
            "test_without_a_due_date_none_is_sent_and_none_compared",
            "test_a_due_date_that_is_taken_away_here_is_left_alone_there",
        ),
    ),
}

CASES: Mapping[str, tuple[str, ...]] = {
    "typographic apostrophe": _in("journeys/test_names_that_meet", "test_a_typographic_apostrophe_stops_nobody"),
    "currency": _in("journeys/test_money_elsewhere", "test_a_customer_in_another_currency_gets_no_invoice"),
    "void, then a note": _in("journeys/test_deciding", "test_voided_there_then_a_note_here"),
    "paid, then an edit": _in("journeys/test_deciding", "test_paid_there_then_another_total_here"),
    "two of a name": _in("journeys/test_names_that_meet", "test_two_of_a_name_here_and_one_there"),
    "parent:child": _in(
        "journeys/test_names_that_meet", "test_a_sub_customer_and_a_category_item_are_linked_by_their_full_names"
    ),
    "blanks make twins": _in("journeys/test_names_that_meet", "test_blanks_make_no_twins"),
    "Canada, a discount": _in("journeys/test_money_elsewhere", "test_a_discount_is_taken_off_before_tax_in_both"),
    "moved there": _in("journeys/test_deciding", "test_moved_there_then_reconcile_and_a_note_here"),
    "copied there": _in("journeys/test_deciding", "test_copied_there_then_reconcile"),
    "semicolons": _in("runacall/test_invoice_import", "test_semicolons_and_tabs_separate_as_well"),
}
