"""What comes in from QuickBooks: who may say so, that it is no echo, and that nothing is lost; data."""

from tests.mutation.safeguard import Safeguard

OF_WEBHOOKS = "tests/sync/test_webhooks.py"
OF_JOURNEYS = "tests/journeys/test_from_quickbooks.py"

SAFEGUARDS = (
    Safeguard(
        "what is void here and was brought back there is told",
        "sync/inbound/invoices.py",
        "if base and Decimal(now) and now != was else []",
        "if False else []",
        ("tests/journeys/test_brought_back.py::test_it_is_told_and_can_be_voided_there_again",),
    ),
    Safeguard(
        "a payment that was brought back is recorded here once more where a person wants that",
        "sync/operations/deciding.py",
        "    if is_back and event.record_type == EntityType.PAYMENT:\n        return _take_in_again(event, link, at)\n",
        "",
        ("tests/journeys/test_brought_back.py::test_a_payment_that_stays_hers_is_recorded_here_again",),
    ),
    Safeguard(
        "webhooks: only Intuit's signature counts",
        "sync/inbound/webhooks.py",
        'return hmac.compare_digest(wanted, signature.strip().encode("utf-8", errors="replace"))',
        "return True",
        (f"{OF_WEBHOOKS}::test_another_signature_is_refused_and_stores_nothing",),
    ),
    Safeguard(
        "webhooks: a body has a maximum size",
        "sync/pages/webhooks.py",
        "if not length.isdecimal() or int(length[:20]) > LARGEST:",
        "if not length.isdecimal():",
        (f"{OF_WEBHOOKS}::test_what_is_too_long_is_refused_before_it_is_read",),
    ),
    Safeguard(
        "webhooks: our own writes cost no read",
        "sync/inbound/notices.py",
        "return one.changed_at.replace(microsecond=0) > seen_at",
        "return True",
        (f"{OF_WEBHOOKS}::test_our_own_write_that_comes_back_costs_no_read",),
    ),
    Safeguard(
        "changes: a version that we have seen is no news",
        "sync/inbound/hearing.py",
        "return int(token) > int(seen)",
        "return int(token) >= int(seen)",
        (f"{OF_JOURNEYS}::test_our_own_writes_are_no_news",),
    ),
    Safeguard(
        "changes: a row that QuickBooks cannot read is not called deleted",
        "sync/inbound/hearing.py",
        "if self.changes.is_whole and entity in self.changes.rows and entity not in self.changes.unread:",
        "if self.changes.is_whole and entity in self.changes.rows:",
        (f"{OF_JOURNEYS}::test_a_row_that_quickbooks_cannot_read_hides_no_other_and_is_not_called_deleted",),
    ),
    Safeguard(
        "planning: an invoice that is void there is never called in agreement",
        "qbo/mapping/planning.py",
        "if not comparison.here and not is_void(now):",
        "if not comparison.here:",
        (f"{OF_JOURNEYS}::test_a_retry_of_what_was_voided_there_does_not_call_it_synced",),
    ),
    Safeguard(
        "e-mails: two processes never send one",
        "sync/models/telling.py",
        "mine = Letter.objects.filter(pk=self.pk, sent_at=None, next_at=self.next_at)",
        "mine = Letter.objects.filter(pk=self.pk)",
        ("tests/sync/test_telling.py::test_a_process_that_dies_while_sending_leaves_it_to_the_next_one",),
    ),
    Safeguard(
        "e-mails: who no longer manages QuickBooks gets none",
        "sync/telling/sending.py",
        "if member is None or not member.manages_quickbooks or not letter.user.is_active or not letter.user.email:",
        "if not letter.user.email:",
        ("tests/sync/test_telling.py::test_who_turned_it_off_snoozes_or_left_gets_none",),
    ),
    Safeguard(
        "e-mails: each person reads their own",
        "sync/models/telling.py",
        "return self.filter(organization=organization, user=user) if organization else self.none()",
        "return self.filter(organization=organization)",
        ("tests/sync/test_telling.py::test_the_page_shows_each_person_their_own",),
    ),
    Safeguard(
        "tie-out: it agrees only without any difference",
        "sync/inbound/tie_out.py",
        'agrees = not named and not skipped and all(line["agrees"] for line in content["lines"])',
        "agrees = not skipped",
        ("tests/journeys/test_tie_out.py::test_what_was_accepted_is_named_with_who_accepted_it",),
    ),
    Safeguard(
        "tie-out: another shop's answers 404",
        "sync/models/inbound.py",
        "return self.filter(organization=organization) if organization else self.none()",
        "return self.all()",
        ("tests/journeys/test_tie_out.py::test_another_shop_and_a_dispatcher_see_none_of_it",),
    ),
    Safeguard(
        "payments there: the same money is not counted twice",
        "sync/inbound/payments.py",
        "if reason := _refusal(wanted):",
        'if reason := "":',
        (f"{OF_JOURNEYS}::test_money_recorded_on_both_sides_is_not_counted_twice",),
    ),
    Safeguard(
        "payments there: what could not be taken in is tried again",
        "sync/inbound/payments.py",
        "            _keep(hearing, row, names.values())\n",
        "",
        (f"{OF_JOURNEYS}::test_her_payment_is_taken_over_once_ours_is_void",),
    ),
    Safeguard(
        "payments there: what could not be taken in costs no read while nothing changes here",
        "sync/inbound/payments.py",
        "if one.stood != [now[record] for record in one.records]",
        "if True",
        (f"{OF_JOURNEYS}::test_what_cannot_be_taken_over_is_read_again_only_where_something_has_changed_here",),
    ),
    Safeguard(
        "payments there: one that we have is not recorded again",
        "sync/inbound/payments.py",
        "        rows.pop(qbo_id)",
        "        pass",
        (f"{OF_JOURNEYS}::test_a_payment_received_there_makes_our_invoice_paid_and_is_not_sent_back",),
    ),
    Safeguard(
        "webhooks: her change in the second of our own write is read",
        "sync/inbound/notices.py",
        "return any(count > 1 for count in same_second.values())",
        "return False",
        ("tests/sync/test_webhooks.py::test_her_change_in_the_second_of_our_own_write_is_read",),
    ),
    Safeguard(
        "a customer active again: what she changed meanwhile is compared",
        "sync/engine/prepare/customers.py",
        '"theirs": encode(kept_part("Customer", row))}',
        '"sync_token": columns["sync_token"]}',
        ("tests/journeys/test_from_quickbooks.py::test_what_she_changes_as_she_makes_a_customer_active_again_stays",),
    ),
    Safeguard(
        "a customer active again: its other changes are taken in as well",
        "sync/inbound/customers.py",
        "        _activate(hearing, link, row, customer, active=active)\n",
        "        _activate(hearing, link, row, customer, active=active)\n        return\n",
        ("tests/journeys/test_from_quickbooks.py::test_her_changes_to_a_customer_that_is_active_again_are_taken_over",),
    ),
)
