"""Two people, one set of books: what the bookkeeper did is not undone, and what is not there is not claimed; data."""

from tests.mutation.safeguard import Safeguard

PLANNING, THREE_WAY, ROWS = "qbo/mapping/planning.py", "qbo/mapping/three_way.py", "qbo/mapping/invoice_rows.py"
ADOPTION = "sync/engine/prepare/adoption.py"
COMPARING, LISTS = "qbo/mapping/comparing.py", "qbo/mapping/list_planning.py"
MERGED = "sync/engine/prepare/merged_items.py"
OF_TWO = "tests/journeys/test_two_people.py"
OF_DOUBT = "tests/journeys/test_changed_in_doubt.py"
OF_KEPT = "tests/journeys/test_kept_there.py"
OF_DECIDING = "tests/journeys/test_deciding.py"
OF_CARRIED = "tests/journeys/test_carried_over.py"
OF_LISTS = "tests/journeys/test_list_updates.py"
OF_CUSTOMERS = "tests/journeys/test_customer_not_found.py"

SAFEGUARDS = (
    Safeguard(
        "an update says only what changed here",
        THREE_WAY,
        "            if name in self.here:\n",
        "            if True:\n",
        (f"{OF_TWO}::test_an_update_says_only_what_changed_here",),
    ),
    Safeguard(
        "what both changed waits for a person",
        PLANNING,
        "    if sides:\n        return Plan(write, said, failures=(_conflict(invoice, sides),))\n    if comparison",
        "    if comparison",
        (
            f"{OF_DECIDING}::test_both_changed_a_field_and_quickbooks_is_kept",
            f"{OF_TWO}::test_the_same_line_changed_on_both_sides_is_a_persons_to_decide",
        ),
    ),
    Safeguard(
        "what both changed of a customer waits for a person",
        LISTS,
        "(conflict(self.subject, sides),) if sides else ()",
        "()",
        (f"{OF_LISTS}::test_an_email_changed_on_both_sides_is_a_persons_to_decide",),
    ),
    Safeguard(
        "a product that is inactive on both sides is no failure",
        "sync/engine/prepare/items.py",
        "    if product and not _is_owed(drain, item, book):\n",
        "    if False:\n",
        (f"{OF_LISTS}::test_a_product_that_is_inactive_on_both_sides_is_no_failure",),
    ),
    Safeguard(
        "a copy does not stand for the original that was deleted there",
        COMPARING,
        "    if not (ours or (one.qbo_id and number)):\n",
        "    if not ours:\n",
        (f"{OF_TWO}::test_a_copy_does_not_stand_for_the_original_that_she_deleted",),
    ),
    Safeguard(
        "two customers of one name are two when the books are compared",
        COMPARING,
        '(same_name and one.customer_sent in ("", theirs[1]))',
        "same_name",
        ("tests/sync/test_reconcile.py::test_tells_two_customers_of_one_name_apart",),
    ),
    Safeguard(
        "what was sent before its customer was made again agrees with the books",
        COMPARING,
        ' or (same_name and one.customer_sent in ("", theirs[1]))',
        "",
        ("tests/sync/test_reconcile.py::test_what_still_has_the_customer_that_was_deleted_agrees",),
    ),
    Safeguard(
        "what an update without an answer did to a customer or a product is our own work",
        LISTS,
        "            if is_ours and readers[name](payload) == readers[name](theirs):\n",
        "            if False:\n",
        (f"{OF_DOUBT}::test_a_change_that_was_lost_is_ours_whatever_the_office_says_by_then",),
    ),
    Safeguard(
        "what she made of a lost change of a customer or a product stays hers",
        LISTS,
        "            if is_ours and readers[name](payload) == readers[name](theirs):\n",
        "            if is_ours:\n",
        (f"{OF_DOUBT}::test_a_change_that_was_lost_and_that_she_changed_since_is_hers",),
    ),
    Safeguard(
        "a merged product that is another item of ours is not followed",
        MERGED,
        "filter(qbo_id__in=times.keys() - taken)",
        "filter(qbo_id__in=times.keys())",
        ("tests/journeys/test_merged_items.py::test_one_that_is_another_item_of_ours_is_not_followed",),
    ),
    Safeguard(
        "lines that she moved by hand are no merge of products",
        MERGED,
        "{key: ids.pop() for key, ids in named.items() if len(ids) == 1 and gone[key] not in ids}",
        "{key: min(ids - {gone[key]}) for key, ids in named.items() if ids - {gone[key]}}",
        ("tests/journeys/test_merged_items.py::test_where_invoices_disagree_a_person_says",),
    ),
    Safeguard(
        "the latest invoices say what was merged, not the oldest",
        "sync/engine/prepare/merges.py",
        'links.order_by("-record_id")',
        'links.order_by("record_id")',
        ("tests/journeys/test_merged_items.py::test_the_latest_invoices_say_where_the_products_went",),
    ),
    Safeguard(
        "an income account that she chose for a product stays",
        LISTS,
        "    if is_hers:\n        return replace(plan, kept=(*plan.kept, side))\n"
        "    if not is_changed_here and (held is None or held.active):\n        return plan\n",
        "",
        (f"{OF_LISTS}::test_an_account_that_she_chose_for_a_product_stays",),
    ),
    Safeguard(
        "an income account that both chose for a product waits for a person",
        LISTS,
        "    if is_hers and is_changed_here:\n",
        "    if False:\n",
        (f"{OF_LISTS}::test_another_account_on_both_sides_is_a_persons_to_decide",),
    ),
    Safeguard(
        "an account of hers that is inactive by now is replaced",
        LISTS,
        "    is_hers = now != was and not is_wanted and (held is None or held.active)\n",
        "    is_hers = now != was and not is_wanted\n",
        (f"{OF_LISTS}::test_an_account_of_hers_that_is_inactive_by_now_is_replaced",),
    ),
    Safeguard(
        "a change here goes to the survivor of a merge",
        LISTS,
        "    if former is None or not owed:\n",
        "    if True:\n",
        (
            f"{OF_CARRIED}::test_a_phone_number_goes_to_the_survivor_of_a_merge",
            f"{OF_CARRIED}::test_a_price_goes_to_the_product_that_a_person_chose_instead",
        ),
    ),
    Safeguard(
        "what the survivor of a merge says otherwise is not written over",
        LISTS,
        "    known = {key: value for key, value in kept.items() if key not in told} | was\n",
        "    known = kept\n",
        (
            f"{OF_CARRIED}::test_where_the_survivor_has_another_number_a_person_decides",
            f"{OF_CARRIED}::test_a_price_goes_to_the_product_that_a_person_chose_instead",
        ),
    ),
    Safeguard(
        "what is void there does not live again",
        PLANNING,
        "    if is_void(now):\n",
        "    if False:\n",
        (f"{OF_DECIDING}::test_voided_there_then_a_note_here",),
    ),
    Safeguard(
        "what is paid there keeps its amount and its customer",
        PLANNING,
        "    if comparison.moves_money_or_customer and is_paid(now) and not as_here:",
        "    if False:",
        (f"{OF_DECIDING}::test_paid_there_then_another_total_here",),
    ),
    Safeguard(
        "what the bookkeeper put on our lines stays",
        THREE_WAY,
        "return {**kept, **ours, detail_type: {**detail, **ours[detail_type]}}",
        "return dict(ours)",
        (f"{OF_TWO}::test_what_the_bookkeeper_put_on_our_lines_and_into_the_memo_outlives_our_edit",),
    ),
    Safeguard(
        "her words in the memo stay",
        THREE_WAY,
        'changes["PrivateNote"] = marks.replace_section(note, there, self.said["memo"])',
        'changes["PrivateNote"] = self.said["memo"]',
        (f"{OF_TWO}::test_what_the_bookkeeper_put_on_our_lines_and_into_the_memo_outlives_our_edit",),
    ),
    Safeguard(
        "a line of ours that was taken off there stays away",
        THREE_WAY,
        "        kept_away = self._removed_there()\n        lines +=",
        "        kept_away: set[int] = set()\n        lines +=",
        (f"{OF_TWO}::test_after_keeping_hers_each_line_is_still_known",),
    ),
    Safeguard(
        "a discount that the bookkeeper gave stays",
        THREE_WAY,
        'is_ours = "discount" in self.here',
        "is_ours = True",
        (f"{OF_TWO}::test_a_discount_that_the_bookkeeper_gave_stays_when_our_lines_change",),
    ),
    Safeguard(
        "a product and a tax code that the bookkeeper chose are not overwritten",
        THREE_WAY,
        'return _line_words(line), reference(detail, "ItemRef"), reference(detail, "TaxCodeRef")',
        'return _line_words(line), "", ""',
        (f"{OF_TWO}::test_a_product_or_tax_code_that_she_chose_on_a_line_that_we_changed_is_a_persons_to_decide",),
    ),
    Safeguard(
        "a changed line does not take over the Id of one that was taken off",
        ROWS,
        "pairs |= _most_alike(*left, then, now)",
        "pairs |= dict(zip(*left, strict=False))",
        (f"{OF_TWO}::test_a_line_that_is_changed_while_the_one_before_it_is_taken_off_keeps_its_place_there",),
    ),
    Safeguard(
        "a line that is typed again is known by its words, wherever it stands",
        ROWS,
        "for known_by in (tuple, _product_and_description):",
        "for known_by in ():",
        (f"{OF_TWO}::test_lines_that_are_typed_again_in_another_order_are_known_by_their_words",),
    ),
    Safeguard(
        "what she changed on an invoice whose answer was lost is hers",
        ADOPTION,
        '    if differs is None and str(row.get("SyncToken")) != UNCHANGED:\n',
        "    if False:\n",
        (f"{OF_TWO}::test_what_she_changed_while_a_new_invoice_was_in_doubt_stays",),
    ),
    Safeguard(
        "what she changed on an invoice whose answer was lost is still hers when it is looked at again",
        ADOPTION,
        ', "sync_token": UNCHANGED}',
        "}",
        (f"{OF_DOUBT}::test_what_she_did_to_a_lost_invoice_is_still_hers_when_it_is_retried",),
    ),
    Safeguard(
        "an invoice that is sent as new is not taken for the void one",
        ADOPTION,
        "if record_id in lost and may_have_made(sent[record_id], row)]",
        "if record_id in lost]",
        (f"{OF_DOUBT}::test_one_that_is_sent_as_new_and_lost_is_not_taken_for_the_void_one",),
    ),
    Safeguard(
        "what she changed on an invoice while our update was in doubt is hers",
        ROWS,
        "    return replace(base, row={**before.row, **{key: row[key] for key in keys if key in row}})\n",
        "    return base\n",
        (f"{OF_TWO}::test_what_she_changed_while_our_update_was_in_doubt_is_a_persons_to_decide",),
    ),
    Safeguard(
        "an invoice that she renumbered and redated while its answer was lost is not made again",
        ADOPTION,
        "    rows += _rows_made_meanwhile(drain, {key: documents[key] for key in lost}, sent, rows)\n",
        "",
        (f"{OF_DOUBT}::test_an_invoice_that_was_renumbered_redated_and_moved_is_found",),
    ),
    Safeguard(
        "a customer that she renamed while its answer was lost is not made again",
        "sync/engine/prepare/customers.py",
        "or _renamed(drain, event, verdict, customer, made, held, ruled)",
        "or verdict",
        (
            f"{OF_DOUBT}::test_a_customer_of_another_name_is_known_by_the_rest",
            f"{OF_DOUBT}::test_a_customer_of_whom_only_the_name_was_known_is_a_persons_to_say",
        ),
    ),
    Safeguard(
        "a product that she renamed while its answer was lost is not made again",
        "sync/engine/prepare/items.py",
        "or _renamed(drain, event, verdict, item, sends)",
        "or verdict",
        (f"{OF_DOUBT}::test_a_product_of_another_name_is_a_persons_to_say",),
    ),
    Safeguard(
        "a voided invoice is sent again under its own number",
        "qbo/mapping/preflight.py",
        "    return replace(plan, write=replace(plan.write, options=ALLOW_DUPLICATE))\n",
        "    return plan\n",
        (f"{OF_DECIDING}::test_sent_again_as_a_new_one_under_its_own_number",),
    ),
    Safeguard(
        "a customer is found there with another apostrophe or dash",
        "qbo/connection/queries.py",
        "or (however_spelled and _VARIES.search(value)):",
        "or False:",
        ("tests/journeys/test_names_that_meet.py::test_what_looks_alike_is_one_customer_and_one_product_there",),
    ),
    Safeguard(
        "a customer is found there with another blank in the name",
        "qbo/connection/queries.py",
        "(_spellings(value) if however_spelled else (value,))",
        "(value,)",
        ("tests/journeys/test_names_that_meet.py::test_one_that_is_there_with_another_blank_is_linked",),
    ),
    Safeguard(
        "a retry looks at the row that was in the way",
        "sync/operations/retrying.py",
        "    _look_at_them_again(of_records)\n",
        "",
        (
            f"{OF_TWO}::test_a_retry_sees_that_the_payment_was_taken_back",
            f"{OF_LISTS}::test_a_retry_sees_that_her_change_of_a_customer_was_taken_back",
        ),
    ),
    Safeguard(
        "the survivor of a merge is linked, also where another of ours is",
        "sync/engine/prepare/customers.py",
        "return {key: by_id[qbo_id] for key, qbo_id in elsewhere.items() if qbo_id in by_id}",
        "return {}",
        (
            f"{OF_CUSTOMERS}::test_a_merged_customer_is_the_survivor",
            f"{OF_CUSTOMERS}::test_two_of_ours_that_were_merged_are_one_there",
        ),
    ),
    Safeguard(
        "a product that is active again gets its changes",
        "qbo/lists/mirrors.py",
        "        away.filter(qbo_id__in=[entry.qbo_id for entry in entries if entry.active]).update(active=True)\n",
        "",
        (f"{OF_LISTS}::test_a_change_of_a_product_that_is_inactive_there_goes_once_it_is_active",),
    ),
    Safeguard(
        "reconcile: a number that an update leaves out is ours all the same",
        "sync/inbound/reconciling.py",
        "    return set(suspects) & created - numbered",
        "    return set(suspects)",
        (f"{OF_TWO}::test_reconcile_tells_of_a_number_that_was_changed_there_after_an_update_of_ours",),
    ),
    Safeguard(
        "what she changed on an invoice and stays is told",
        PLANNING,
        "    return Plan(write, said, comparison.expected(), kept=comparison.kept())\n",
        "    return Plan(write, said, comparison.expected())\n",
        (f"{OF_KEPT}::test_an_amount_of_another_line",),
    ),
    Safeguard(
        "what she changed on an invoice is told where nothing is sent",
        PLANNING,
        "        return Plan(said=said, kept=comparison.kept())\n",
        "        return Plan(said=said)\n",
        (f"{OF_KEPT}::test_an_invoice_that_is_saved_without_a_change_that_quickbooks_gets",),
    ),
    Safeguard(
        "what she changed of a customer or product and stays is told",
        LISTS,
        "        return Plan(write, said, failures=failures, kept=kept)\n",
        "        return Plan(write, said, failures=failures)\n",
        (f"{OF_KEPT}::test_a_customer", f"{OF_KEPT}::test_a_product"),
    ),
    Safeguard(
        "what she changed of a payment and stays is told",
        "qbo/mapping/payments.py",
        "    return Plan(write, said, expected, kept=kept)\n",
        "    return Plan(write, said, expected)\n",
        (f"{OF_KEPT}::test_a_payment",),
    ),
    Safeguard(
        "the number of a stopped change is checked too, which may go by a second look",
        ADOPTION,
        "    return {str(number)} if number else set()\n",
        "    return {str(number)} if number and not plan.failures else set()\n",
        ("tests/journeys/test_numbers.py::test_a_number_is_checked_where_a_stopped_change_goes_by_a_second_look",),
    ),
)
