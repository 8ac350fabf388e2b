"""Payments: each once, after its invoice, and nothing that nobody asked for; data."""

from tests.mutation.safeguard import Safeguard

PAYMENTS = "qbo/mapping/payments.py"
PREPARE = "sync/engine/prepare/payments.py"
ENQUEUEING = "sync/outbox/enqueueing.py"
OF_PAYMENTS = "tests/journeys/test_payments.py"
OF_TWINS = "tests/journeys/test_payments_on_both_sides.py"

SAFEGUARDS = (
    Safeguard(
        "an amount that she corrected stays to decide when nothing changes here",
        PAYMENTS,
        "    if not here and not there.theirs:\n",
        "    if not here:\n",
        (f"{OF_PAYMENTS}::test_an_amount_that_she_corrected_stays_to_decide_when_the_office_saves_without_a_change",),
    ),
    Safeguard(
        "a payment waits for its invoice",
        PAYMENTS,
        '            yield Failure("waits_for_invoice", subject)\n',
        "            pass\n",
        (f"{OF_PAYMENTS}::test_a_payment_waits_for_its_invoice_and_follows_by_itself",),
    ),
    Safeguard(
        "a payment that may have arrived is looked for before it is sent again",
        PREPARE,
        "[event for event in events if event.look_first]",
        "[]",
        (f"{OF_PAYMENTS}::test_a_lost_answer_is_found_and_nothing_goes_twice",),
    ),
    Safeguard(
        "a payment found by our mark is ours, and none that was received there",
        "sync/engine/links.py",
        'defaults={**columns, "created_here": True}',
        "defaults=columns",
        (f"{OF_PAYMENTS}::test_one_whose_answer_was_lost_is_ours_as_any_other",),
    ),
    Safeguard(
        "a void invoice comes after its payments",
        "sync/outbox/enqueueing.py",
        "RANK_OF_UNDOING if invoice.status == Invoice.Status.VOID else RANKS[EntityType.INVOICE]",
        "RANKS[EntityType.INVOICE]",
        (f"{OF_PAYMENTS}::test_a_void_invoice_is_freed_of_its_payments_first",),
    ),
    Safeguard(
        "payments stay here while Sync payments is off",
        ENQUEUEING,
        "settings.sync_invoices and settings.sync_payments",
        "settings.sync_invoices",
        (f"{OF_PAYMENTS}::test_off_sends_none_and_later_offers_them",),
    ),
    Safeguard(
        "changes of payments wait while Sync payments is off",
        "sync/models/events.py",
        "return rows.exclude(record_type=EntityType.PAYMENT, connection__settings__sync_payments=False)",
        "return rows",
        (f"{OF_PAYMENTS}::test_while_payments_are_off_their_changes_wait",),
    ),
    Safeguard(
        "what both changed of a payment waits for a person",
        PAYMENTS,
        "    if sides:\n",
        "    if False:\n",
        (f"{OF_PAYMENTS}::test_both_changed_a_field_and_a_person_decides",),
    ),
    Safeguard(
        "another amount there waits for a person, whatever we have changed",
        PAYMENTS,
        "frozenset(here | MONEY)",
        "frozenset(here)",
        (f"{OF_PAYMENTS}::test_an_amount_that_she_corrected_waits_for_a_person_whatever_the_office_changed",),
    ),
    Safeguard(
        "a payment that was voided there does not live again",
        PAYMENTS,
        "    if is_void(now):\n",
        "    if False:\n",
        (f"{OF_PAYMENTS}::test_a_payment_that_was_voided_there",),
    ),
    Safeguard(
        "the bookkeeper's words in a payment's memo stay",
        PAYMENTS,
        'marks.replace_section(note, section, said["memo"])',
        'said["memo"]',
        (f"{OF_PAYMENTS}::test_what_is_edited_here_changes_there_and_hers_stays",),
    ),
    Safeguard(
        "before a payment is created, one like it in QuickBooks is asked about",
        PREPARE,
        "if event.record_id in twins:",
        "if False:",
        (f"{OF_TWINS}::test_it_is_the_same",),
    ),
    Safeguard(
        "a payment that comes in is compared with those that are recorded here",
        "sync/inbound/payments/receiving.py",
        "if twin := _twin(hearing, row, parts):",
        "if twin := None:",
        (f"{OF_TWINS}::test_it_is_the_same",),
    ),
    Safeguard(
        "what nobody told us of is looked for on the invoice",
        "sync/engine/prepare/twins.py",
        "    unknown = list(_unknown(drain, paid, known, book))\n",
        "    unknown: list[Theirs] = []\n",
        (f"{OF_TWINS}::test_it_is_the_same",),
    ),
    Safeguard(
        "a question about two payments is over when theirs is gone",
        "sync/inbound/payments/untaken.py",
        "    told.filter(direction=Direction.OUT).update(**queued_again(hearing.at), changed_at=hearing.at)\n",
        "",
        (f"{OF_TWINS}::test_ours_goes_once_hers_is_gone",),
    ),
    Safeguard(
        "an answer that crossed with a deletion is told",
        "sync/inbound/payments/untaken.py",
        "    later = tell_of_crossings(hearing, forgotten) if gone else []\n",
        "    later: list[int] = []\n",
        (f"{OF_TWINS}::test_the_answer_crosses_with_her_deletion",),
    ),
    Safeguard(
        "what she deletes after it was read is no answer that crossed",
        "sync/inbound/payments/receiving.py",
        "        crossing.delete()\n",
        "        pass\n",
        (f"{OF_TWINS}::test_what_she_deletes_once_it_was_read_is_void_here_and_nobody_is_asked",),
    ),
    Safeguard(
        "a payment that was too much goes once there is room, and not before",
        "sync/inbound/invoices.py",
        "if one.amount > open_there[one.invoice_id]",
        "if False",
        (f"{OF_TWINS}::test_what_was_more_than_was_open_goes_once_there_is_room",),
    ),
    Safeguard(
        "payments of the last day are compared each night",
        "sync/inbound/listening.py",
        'SENT = ("Invoice", "Payment")',
        'SENT = ("Invoice",)',
        ("tests/journeys/test_from_quickbooks.py::test_payments_of_the_last_day_are_compared_each_night_too",),
    ),
    Safeguard(
        "an edit that our own payment overtook still goes",
        "qbo/mapping/planning.py",
        "and paid_by(now) and not as_here:",
        "and paid_by(now):",
        (f"{OF_PAYMENTS}::test_an_edit_from_before_our_payment_still_goes_after_it",),
    ),
    Safeguard(
        "an edit goes after a payment whose answer was lost",
        "qbo/mapping/applied.py",
        "for size in range(len(lost) + 1)",
        "for size in (0,)",
        (f"{OF_PAYMENTS}::test_an_edit_after_a_payment_whose_answer_was_lost_goes",),
    ),
    Safeguard(
        "an edit between two payments of ours goes, whichever of them have arrived",
        "qbo/mapping/applied.py",
        "for size in range(len(lost) + 1)",
        "for size in range(1, len(lost) + 1)",
        (f"{OF_PAYMENTS}::test_an_edit_between_two_payments_of_ours_goes",),
    ),
    Safeguard(
        "a void waits for a payment whose answer was lost, and asks nobody to take it off",
        "qbo/mapping/planning.py",
        "hers = unknown_on(there, payments) and not are_all_ours(there, payments)",
        "hers = unknown_on(there, payments)",
        (f"{OF_PAYMENTS}::test_a_void_waits_for_a_payment_whose_answer_was_lost",),
    ),
    Safeguard(
        "a payment that was never sent is not taken for what is on the invoice there",
        "sync/engine/prepare/book.py",
        "payments.filter(Q(state__in=IN_FLIGHT) | Q(look_first=True)).values_list",
        "payments.values_list",
        (f"{OF_PAYMENTS}::test_a_void_does_not_wait_for_a_payment_that_was_never_sent",),
    ),
    Safeguard(
        "a payment of hers beside ours is news",
        "qbo/mapping/applied.py",
        "    rest = applied - sum(map(Decimal, known), ZERO)\n",
        "    rest = ZERO\n",
        (f"{OF_PAYMENTS}::test_an_edit_beside_a_payment_of_hers_is_a_persons_to_decide",),
    ),
    Safeguard(
        "the invoice in the way of a payment is read again before it stops the payment",
        "sync/engine/prepare/payments.py",
        '    read_their_rows(drain, "Invoice", ids)\n',
        "",
        (f"{OF_PAYMENTS}::test_a_retry_sees_that_the_invoice_of_a_payment_is_its_customers_again",),
    ),
)
