"""Each invoice once: the lease and its fence, the write-ahead, request ids, looking first, what comes back; data."""

from tests.mutation.safeguard import Safeguard

DISMISSING = "sync/operations/dismissing.py"
PUSH = "sync/engine/send/push.py"
ANSWERS = "sync/engine/send/answers.py"
DRAIN = "sync/engine/drain.py"
LEASES = "qbo/models/leases.py"
SUBMISSIONS = "sync/models/submissions.py"
SENT_ITEMS = "sync/engine/send/sent_items.py"
OF_SENT_ITEMS = "tests/sync/test_sent_items.py"
COMPANIES = "tests/journeys/test_another_company.py"
OLD_LISTS = "tests/sync/test_old_lists.py"
ONCE = "tests/sync/test_exactly_once.py"

FREE_NUMBERS = "qbo/connection/free_numbers.py"
OF_FREE_NUMBERS = "tests/sync/test_free_numbers.py"
EVENTS = "sync/models/events.py"
DEAD = "tests/sync/test_dead_holders.py"

SAFEGUARDS = (
    Safeguard(
        "write-ahead: what is about to be sent is committed first",
        PUSH,
        "                flying[pool.submit(_send, drain, flight.submission, flight.leaves_by)] = flight\n",
        """                submission = flight.submission
                submission.current_events.update(submission=None)
                Submission.objects.filter(pk=submission.pk).delete()
                flying[pool.submit(_send, drain, submission, flight.leaves_by)] = flight
""",
        (f"{ONCE}::test_what_went_out_before_a_kill_goes_out_no_second_time",),
        more=(
            (
                "        items = answered.items\n",
                """        submission.save(force_insert=True)
        sent = [item["event_id"] for item in submission.items]
        SyncEvent.objects.filter(pk__in=sent).update(submission=submission)
        items = answered.items
""",
            ),
        ),
    ),
    Safeguard(
        "deadline: a process that was suspended on the way sends nothing",
        "qbo/connection/bounds.py",
        "self.has_passed = self.has_passed or stopwatch.seconds() >= self._leaves_by",
        "pass",
        ("tests/qbo/test_bounds.py::test_a_process_that_was_suspended_on_the_way_sends_nothing",),
    ),
    Safeguard(
        "answers: what was recorded before the database was cut off is recorded once",
        PUSH,
        "_read(drain, flight.submission, reply)\n",
        "_read(drain, flight.submission, reply, flight.events)\n",
        ("tests/sync/test_dead_holders.py::test_an_answer_is_recorded_although_the_database_was_cut_off_meanwhile",),
    ),
    Safeguard(
        "drain: what a success releases goes in the same drain",
        DRAIN,
        "work.claimed_all and not work.has_failed and",
        "work.claimed_all and",
        ("tests/sync/test_single_send.py::test_what_a_success_releases_goes_in_the_same_drain",),
    ),
    Safeguard(
        "forecast: a payment stays with an invoice that is forecast by one alike",
        "sync/forecast/retries.py",
        "{**_as_alike(invoices, paid, samples, blocked), **blocked}",
        "blocked",
        ("tests/journeys/test_all_causes.py::test_of_very_many_each_payment_stays_with_its_invoice",),
    ),
    Safeguard(
        "lease: what was asked for while it was held is asked for again",
        LEASES,
        ", woken_at=None).update(**changes)",
        ").update(**changes)",
        ("tests/sync/test_single_send.py::test_only_a_drain_that_was_asked_for_meanwhile_is_asked_for_again",),
    ),
    Safeguard(
        "write-ahead: what a dead holder may have sent is in doubt",
        EVENTS,
        "sent = left.filter(submission__isnull=False, submission__settled_at=None)",
        "sent = left.none()",
        (f"{ONCE}::test_what_went_out_before_a_kill_goes_out_no_second_time",),
    ),
    Safeguard(
        "request id: a second send goes out under the same one",
        PUSH,
        "        submission.sends += 1\n",
        "        submission.sends += 1\n        submission.request_id = __import__('uuid').uuid4()\n",
        (f"{ONCE}::test_the_successor_sends_the_same_bytes_under_the_same_id",),
    ),
    Safeguard(
        "request id: trusted for a few minutes only",
        SUBMISSIONS,
        "return (at - self.created_at).total_seconds() <= trusted_for",
        "return True",
        (f"{ONCE}::test_a_request_id_that_quickbooks_may_have_forgotten_is_not_used_again",),
    ),
    Safeguard(
        "cluster: one that is booting is not replaced because work waits",
        "sync/worker/cluster.py",
        "elif len(there) >= Conf.WORKERS + OTHER_MEMBERS:",
        "else:",
        ("tests/sync/test_cluster.py::test_one_that_boots_slowly_is_left_alone",),
    ),
    Safeguard(
        "realm: a drain that meets another company calls it no more",
        "qbo/connection/turn.py",
        "        if others:\n",
        "        if False:\n",
        (f"{COMPANIES}::test_a_drain_under_way_sends_nothing_to_the_new_company",),
    ),
    Safeguard(
        "request id: not for a batch that has lost one of its events",
        "sync/engine/send/doubts.py",
        "len(events_of(submission)) == len(submission.items)",
        "True",
        (f"{ONCE}::test_a_submission_that_has_lost_an_event_is_not_sent_again",),
    ),
    Safeguard(
        "request id: not for an invoice that is void here by now",
        "sync/engine/send/doubts.py",
        " and not _makes_what_is_void(submission)",
        "",
        (f"{ONCE}::test_what_is_voided_in_doubt_is_looked_for_and_not_sent_again",),
    ),
    Safeguard(
        "request id: not while the first send may still be under way",
        "sync/engine/send/doubts.py",
        "return submission.http_status is not None or _call_ends_at(work, submission) <= work.now()",
        "return True",
        (f"{ONCE}::test_a_twin_waits_until_the_first_call_is_over",),
    ),
    Safeguard(
        "fence: a holder that wakes late writes nothing",
        LEASES,
        "filter(pk=self.pk, fence=self.fence)",
        "filter(pk=self.pk)",
        (f"{ONCE}::test_a_holder_that_wakes_late_sends_nothing",),
    ),
    Safeguard(
        "fence: it rises with every holder",
        LEASES,
        '"holder": holder, "fence": F("fence") + 1,',
        '"holder": holder,',
        ("tests/sync/test_leases.py::test_an_expired_lease_is_taken_over_and_the_late_holder_is_stopped",),
    ),
    Safeguard(
        "lease: one holder at a time",
        LEASES,
        "filter(Q(expires_at=None) | Q(expires_at__lte=at), connection=connection_id)",
        "filter(connection=connection_id)",
        ("tests/sync/test_leases.py::test_a_second_holder_is_turned_away",),
    ),
    Safeguard(
        "lease: one that was lost before it was read is somebody else's",
        LEASES,
        "leases.filter(connection=connection_id, holder=holder).first()",
        "leases.get(connection=connection_id, holder=holder)",
        ("tests/sync/test_leases.py::test_a_lease_that_was_lost_before_it_was_read_is_somebody_elses",),
    ),
    Safeguard(
        "lease: a dead holder's lease is not freed once another holder has it",
        LEASES,
        "held = cls.objects.filter(pk=lease_id, fence=fence)",
        "held = cls.objects.filter(pk=lease_id)",
        (f"{DEAD}::test_a_lease_that_has_changed_hands_meanwhile_is_left_alone",),
    ),
    Safeguard(
        "lease: only a holder whose processes this host can see counts as dead",
        LEASES,
        'if not pid or not holder.startswith(f"{_host()}:{pid}:{_kernel()}:"):',
        "if not pid:",
        (f"{DEAD}::test_a_lease_of_a_holder_that_may_live_is_left_alone",),
    ),
    Safeguard(
        "lease: what a dead holder may have sent is in doubt, and not queued",
        EVENTS,
        "        sent.update(state=State.CHECKING, due_at=at, look_first=True)\n",
        "",
        (f"{DEAD}::test_a_dead_holders_lease_is_freed_at_the_next_look",),
    ),
    Safeguard(
        "lease: a process that slept past its lease makes no call",
        PUSH,
        "if drain.lease.expires_at is None or drain.lease.expires_at <= clock.now_by_stopwatch():",
        "if drain.lease.expires_at is None:",
        (f"{ONCE}::test_a_process_that_slept_past_its_lease_makes_no_call",),
    ),
    Safeguard(
        "lease: nor does one that is suspended behind the look at its lease",
        "sync/engine/context.py",
        "return stopwatch.seconds() + within",
        "return stopwatch.seconds() + 1_000_000",
        (f"{ONCE}::test_a_process_that_is_suspended_behind_the_look_at_its_lease_sends_nothing",),
    ),
    Safeguard(
        "request id: what may have arrived is not sent again after a long renewal of the token",
        PUSH,
        "if may_have_arrived and not drain.may_be_resent(submission):",
        "if False:",
        (f"{ONCE}::test_what_may_have_arrived_is_not_sent_again_after_a_long_renewal",),
    ),
    Safeguard(
        "lease: whoever connects or disconnects ends the drain that is under way",
        LEASES,
        'update(fence=F("fence") + 1, expires_at=None)',
        "update(expires_at=None)",
        (f"{ONCE}::test_whoever_disconnects_ends_the_drain_that_is_under_way",),
    ),
    Safeguard(
        "look first: what may be there is looked for before it is sent",
        "sync/engine/prepare/invoices.py",
        "look_in_quickbooks(drain, worth_a_call, documents, plans, book)",
        "look_in_quickbooks(drain, [], documents, plans, book)",
        (f"{ONCE}::test_a_lost_answer_is_looked_for_before_anything_is_sent_again",),
    ),
    Safeguard(
        "look first: after a take-over too",
        EVENTS,
        "sent.update(state=State.CHECKING, due_at=at, look_first=True)",
        "sent.update(state=State.CHECKING, due_at=at)",
        (f"{ONCE}::test_after_a_kill_whoever_is_turned_away_still_looks_first",),
    ),
    Safeguard(
        "look first: not before the last send is over",
        SUBMISSIONS,
        "(self.last_sent_at or self.created_at) + timedelta(seconds=answers_within)",
        "(self.last_sent_at or self.created_at)",
        (f"{ONCE}::test_a_look_proves_nothing_while_the_last_send_may_still_arrive",),
    ),
    Safeguard(
        "what comes back is compared with what was sent",
        ANSWERS,
        "differs = difference(item, there) if there else None",
        "differs = None",
        (f"{ONCE}::test_a_total_that_comes_back_otherwise_is_no_success",),
    ),
    Safeguard(
        "what comes back: its number",
        SENT_ITEMS,
        '"number": (item.number, there.number)',
        '"number": ("", there.number)',
        (f"{OF_SENT_ITEMS}::test_each_field_that_came_back_otherwise_is_named",),
    ),
    Safeguard(
        "numbers: one that was free is given once",
        FREE_NUMBERS,
        "        self.keys -= {name_key(number) for number in numbers}\n",
        "",
        (f"{OF_FREE_NUMBERS}::TestInADrain::test_a_number_is_known_to_be_free_for_one_invoice_only",),
    ),
    Safeguard(
        "numbers: what may have been sent is always asked for",
        "sync/engine/prepare/adoption.py",
        "asked |= doubtful | sure - known.take",
        "asked |= (doubtful | sure) - known.take",
        (f"{OF_FREE_NUMBERS}::TestInADrain::test_what_may_have_been_sent_is_always_looked_for",),
    ),
    Safeguard(
        "numbers: a look counts for seconds only",
        FREE_NUMBERS,
        "if not 0 <= at - self.seen_at < counts_for:",
        "if at < self.seen_at:",
        (f"{OF_FREE_NUMBERS}::TestFreeNumbers::test_nothing_is_known_after_that_time_or_before",),
    ),
    Safeguard(
        "numbers: one that somebody has is not free",
        FREE_NUMBERS,
        " - set(map(name_key, held))",
        "",
        (f"{OF_FREE_NUMBERS}::TestInADrain::test_a_number_that_somebody_had_then_is_still_taken",),
    ),
    Safeguard(
        "tokens: refusals count in a row, not over a long drain",
        "sync/engine/send/push.py",
        "        drain.renewals = 0\n",
        "",
        ("tests/sync/test_engine.py::test_a_token_that_worked_in_between_is_not_refused_however_fresh",),
    ),
    Safeguard(
        "tokens: once it is paused, what else was in flight asks for no token",
        "sync/engine/pausing.py",
        """    if not drain.connection.is_live:
        # Paused for""",
        """    if False:
        # Paused for""",
        ("tests/journeys/test_token_expired.py::test_one_row_whatever_number_of_invoices_wait",),
    ),
    Safeguard(
        "what comes back: its date",
        SENT_ITEMS,
        '"date": (item.txn_date, there.txn_date)',
        '"date": ("", there.txn_date)',
        (f"{OF_SENT_ITEMS}::test_each_field_that_came_back_otherwise_is_named",),
    ),
    Safeguard(
        "what comes back: its tax",
        SENT_ITEMS,
        '"tax": (item.tax, str(there.tax))',
        '"tax": ("", str(there.tax))',
        (f"{OF_SENT_ITEMS}::test_each_field_that_came_back_otherwise_is_named",),
    ),
    Safeguard(
        "what comes back: its total",
        SENT_ITEMS,
        '"total": (item.total, str(there.total))',
        '"total": ("", str(there.total))',
        (f"{OF_SENT_ITEMS}::test_each_field_that_came_back_otherwise_is_named",),
    ),
    Safeguard(
        "a relook happens twice at most",
        ANSWERS,
        "if failure.code in RELOOK_CODES and event.heals < HEALS:",
        "if failure.code in RELOOK_CODES:",
        ("tests/journeys/test_retries.py::test_what_a_look_does_not_heal_is_sent_three_times_and_then_needs_a_person",),
    ),
    Safeguard(
        "of two pauses that QuickBooks asks for the longest counts",
        LEASES,
        "self.quiet_until = max(self.quiet_until or until, until)",
        "self.quiet_until = until",
        ("tests/sync/test_leases.py::test_of_two_pauses_the_longest_counts",),
    ),
    Safeguard(
        "what only waits for another record is not decided with it",
        "sync/operations/deciding.py",
        'events.failed().filter(failure_code__in=ACTIONS[name].codes, blocked_by="")',
        "events.failed().filter(failure_code__in=ACTIONS[name].codes)",
        ("tests/journeys/test_deciding.py::test_what_waits_for_a_customer_is_not_decided_with_it",),
    ),
    Safeguard(
        "only a difference can be accepted",
        DISMISSING,
        'SyncEvent.objects.failed().filter(pk=event.pk, failure_code="total_differs", blocked_by="")',
        'SyncEvent.objects.failed().filter(pk=event.pk, blocked_by="")',
        ("tests/sync/test_operations.py::test_only_a_difference_can_be_accepted",),
    ),
    Safeguard(
        "only what is failed can be accepted",
        DISMISSING,
        'SyncEvent.objects.failed().filter(pk=event.pk, failure_code="total_differs", blocked_by="")',
        'SyncEvent.objects.filter(pk=event.pk, failure_code="total_differs", blocked_by="")',
        (
            "tests/sync/test_operations.py::test_only_a_difference_can_be_accepted",
            "tests/sync/test_operations.py::test_a_difference_that_was_mended_meanwhile_is_not_accepted",
        ),
    ),
    Safeguard(
        "causes: others that wait for the same are of the same shop",
        "sync/log/details.py",
        "SyncEvent.objects.failed().filter(organization_id=event.organization_id, realm_id=event.realm_id)",
        "SyncEvent.objects.failed()",
        ("tests/sync/test_operations.py::test_others_that_wait_for_the_same_are_of_the_same_shop",),
    ),
    Safeguard(
        "a write on its own: a void says so in its address",
        "sync/models/submissions.py",
        'return known | ({"operation": operation} if operation in ("delete", "void") else {})',
        "return known",
        ("tests/sync/test_exactly_once.py::test_what_is_voided_in_doubt_is_voided_there_too",),
    ),
    Safeguard(
        "a write on its own: 400 with a fault is a refusal of its record",
        "sync/engine/send/answers.py",
        "        if reply.status == BAD_REQUEST and",
        "        if False and",
        ("tests/journeys/test_every_code.py::test_what_needs_a_person_stops_and_waits_for_one",),
    ),
    Safeguard(
        "a write on its own: its request id goes along",
        "sync/models/submissions.py",
        'known = {"requestid": str(self.request_id)}',
        "known = {}",
        ("tests/sync/test_exactly_once.py::test_the_successor_sends_the_same_bytes_under_the_same_id",),
    ),
    Safeguard(
        "a person's retry reads again what the failures name",
        "sync/operations/retrying.py",
        "ListState.want(connection, about.union(lists.get(connection.pk, ())), at=at)",
        "ListState.want(connection, lists.get(connection.pk, ()), at=at)",
        ("tests/journeys/test_retries.py::test_a_retry_reads_again_what_the_failures_name",),
    ),
    Safeguard(
        "lists: an old one stops no invoice before it was read again",
        "sync/engine/prepare/invoices.py",
        "    stopping = _stopping(judged)\n",
        "    stopping: list[Failure] = []\n",
        (f"{OLD_LISTS}::test_the_closing_date_is_read_again_before_it_stops_an_invoice",),
    ),
    Safeguard(
        "lists: one that was just read is not read again",
        "sync/engine/prepare/items.py",
        "states.older_than(OLD, at=drain.now())",
        "states",
        (f"{OLD_LISTS}::test_a_list_read_a_moment_ago_is_not_read_again",),
    ),
    Safeguard(
        "causes: what a further record blocks is judged again once that is there",
        "sync/models/events.py",
        'return self.filter(Q(blocked_by=key) | Q(cause_key__endswith=f":{key}") | further)',
        'return self.filter(Q(blocked_by=key) | Q(cause_key__endswith=f":{key}"))',
        ("tests/journeys/test_all_causes.py::test_it_follows_once_a_further_record_is_there",),
    ),
    Safeguard(
        "conflicts: what somebody else settled meanwhile is not decided a second time",
        "sync/operations/deciding.py",
        "        if refused := ACTIONS[action.action].refuses(event, at):",
        '        if refused := "":',
        ("tests/journeys/test_many_conflicts.py::test_one_that_somebody_else_settled_meanwhile_is_left_alone",),
    ),
    Safeguard(
        "dates: undoing a posting leaves alone what a person dated since",
        "sync/posting.py",
        '    if as_json(record.dates) != kept["became"]:',
        "    if False:",
        ("tests/journeys/test_posting_dates.py::test_dates_that_a_person_gave_since_stay",),
    ),
    Safeguard(
        "whoever was overtaken keeps nothing of what it read",
        "sync/engine/links.py",
        "        # Whoever was held up since the read may have been overtaken, and what it read be old.\n"
        "        drain.lease.assert_held()\n",
        "",
        ("tests/sync/test_overtaken.py::test_whoever_is_overtaken_writes_nothing",),
    ),
    Safeguard(
        "what comes back over and over rests",
        "sync/engine/drain.py",
        "_looked_again(work, _not_over_and_over(work, events))",
        "_looked_again(work, events)",
        ("tests/sync/test_engine.py::test_what_comes_back_over_and_over_rests",),
    ),
)
