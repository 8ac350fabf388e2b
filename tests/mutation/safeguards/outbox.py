"""The queue: what the database refuses, what a change opens, what Retry, Dismiss and wakes do and leave alone; data."""

from tests.mutation.safeguard import Safeguard

RECORDING = "sync/operations/recording.py"
RETRYING = "sync/operations/retrying.py"
EVENTS = "sync/models/events.py"
OF_CONSTRAINTS = "tests/sync/test_constraints.py"
ONCE = "tests/sync/test_exactly_once.py"
OF_HOLD = "tests/journeys/test_hold.py"
OF_CHANGES = "tests/journeys/test_totals_and_changes.py"
BY_A_WORKER = "tests/sync/test_log_list.py::TestRetryByAWorker"

SAFEGUARDS = (
    Safeguard(
        "the database: one unsent event a record",
        EVENTS,
        'condition=Q(state__in=["queued", "failed"',
        'condition=Q(state__in=["none", "failed"',
        (f"{OF_CONSTRAINTS}::test_one_unsent_event_a_record",),
    ),
    Safeguard(
        "history: a retry is told on the very rows that it was for",
        RETRYING,
        "    action.touch(of_records)\n",
        "",
        ("tests/journeys/test_row_explains.py::test_a_retry_of_many_is_one_statement_and_told_on_each_row",),
    ),
    Safeguard(
        "the database: what is held is unsent too",
        EVENTS,
        'condition=Q(state__in=["queued", "failed", "held"]),',
        'condition=Q(state__in=["queued", "failed"]),',
        (f"{OF_HOLD}::test_a_held_event_is_the_only_unsent_one_of_its_record",),
    ),
    Safeguard(
        "hold: what the closing date still stops stays held",
        "sync/outbox/held.py",
        "free = [event.pk for event in held if event.pk not in closed]",
        "free = [event.pk for event in held]",
        (f"{OF_HOLD}::test_a_move_that_is_not_far_enough_leaves_it_held",),
    ),
    Safeguard(
        "hold: a move of the closing date sends what is held",
        "sync/receivers.py",
        "released += release_held(connection, at=at)",
        "pass",
        (f"{OF_HOLD}::test_it_goes_by_itself_when_the_closing_date_moves",),
    ),
    Safeguard(
        "hold: Retry of all leaves it held",
        RETRYING,
        "found = events.filter(state__in=(State.FAILED, State.QUEUED)).exclude(record_type=EntityType.CONNECTION)",
        "found = events.unsent().exclude(record_type=EntityType.CONNECTION)",
        (f"{OF_HOLD}::test_retry_all_leaves_held_ones_alone",),
    ),
    Safeguard(
        "the database: one event in flight a record",
        EVENTS,
        'condition=Q(state__in=["sending", "checking"]),',
        'condition=Q(state__in=["sending"]),',
        (f"{OF_CONSTRAINTS}::test_one_event_in_flight_a_record",),
    ),
    Safeguard(
        "the database: what failed says why",
        EVENTS,
        '~Q(state="failed") | ~Q(failure_code="")',
        '~Q(state="failed") | Q(fence__gte=0)',
        (f"{OF_CONSTRAINTS}::test_states_carry_what_they_need",),
    ),
    Safeguard(
        "the database: what is being sent carries a fence",
        EVENTS,
        'condition=~Q(state="sending") | Q(fence__gt=0)',
        'condition=~Q(state="sending") | Q(fence__gte=0)',
        (f"{OF_CONSTRAINTS}::test_states_carry_what_they_need",),
    ),
    Safeguard(
        "an attempt is written once",
        "sync/models/attempts.py",
        'if self.pk is not None and not kwargs.get("force_insert"):',
        "if False:",
        (f"{OF_CONSTRAINTS}::test_an_attempt_is_never_changed",),
    ),
    Safeguard(
        "a record is not sent while it is being sent",
        EVENTS,
        "return self.filter(state=State.QUEUED, due_at__lte=at).exclude(models.Exists(busy))",
        "return self.filter(state=State.QUEUED, due_at__lte=at)",
        (f"{OF_CHANGES}::test_an_edit_in_doubt_waits_for_the_outcome",),
    ),
    Safeguard(
        "nothing is sent before its time",
        EVENTS,
        "return self.filter(state=State.QUEUED, due_at__lte=at).exclude(models.Exists(busy))",
        "return self.filter(state=State.QUEUED).exclude(models.Exists(busy))",
        ("tests/journeys/test_retries.py::test_what_waits_for_its_time_is_not_taken_along",),
    ),
    Safeguard(
        "an older event gives way to the newer one of its record",
        "sync/engine/outcomes.py",
        "        if not _yield_to_newer(event, at=at, changes=changes):\n            raise",
        "        raise",
        (f"{ONCE}::test_an_edit_in_the_very_moment_of_a_failure_carries_on",),
    ),
    Safeguard(
        "realm: a link holds for the company that is connected now",
        "qbo/mapping/loading.py",
        "reduce(or_, these), connection=connection, realm_id=connection.realm_id)",
        "reduce(or_, these), connection=connection)",
        ("tests/sync/test_operations.py::test_a_link_into_another_company_is_not_used",),
    ),
    Safeguard(
        "Retry leaves alone what is on its way, there already or dismissed",
        RETRYING,
        "found = events.filter(state__in=(State.FAILED, State.QUEUED)).exclude",
        "found = events.exclude",
        ("tests/sync/test_log_list.py::TestRetry::test_says_what_it_left_alone",),
    ),
    Safeguard(
        "Retry by a worker is carried out once",
        RETRYING,
        "ActionRecord.objects.open().select_for_update()",
        "ActionRecord.objects.select_for_update()",
        (f"{BY_A_WORKER}::test_is_carried_out_once",),
    ),
    Safeguard(
        "Retry by a worker means what had failed at the click",
        RECORDING,
        ".filter(changed_at__lte=action.at)",
        "",
        (f"{BY_A_WORKER}::test_leaves_alone_what_failed_after_the_click",),
    ),
    Safeguard(
        "Retry by a worker reaches one organization",
        RECORDING,
        "log = SyncEvent.objects.for_organization(action.organization)",
        "log = SyncEvent.objects.all()",
        (f"{BY_A_WORKER}::test_touches_no_other_organization",),
    ),
    Safeguard(
        "a wake waits for the commit",
        "sync/worker/wake.py",
        "transaction.on_commit(ask, robust=True)",
        "ask()",
        (f"{ONCE}::test_a_wake_waits_for_the_commit_and_holds_nobody_up",),
    ),
    Safeguard(
        "a wake that fails fails nobody",
        "sync/worker/wake.py",
        "transaction.on_commit(ask, robust=True)",
        "transaction.on_commit(ask)",
        (f"{ONCE}::test_a_wake_that_fails_after_the_commit_fails_nobody",),
    ),
    Safeguard(
        "causes: the one that holds back most money comes first",
        "sync/admin/cause_strip.py",
        "(not one.is_first, -one.worth)",
        "(not one.is_first, one.worth)",
        ("tests/sync/test_log_list.py::TestCauses::test_one_card_a_cause_with_count_money_and_age",),
    ),
    Safeguard(
        "export: no cell is a formula",
        "sync/log/export_formats.py",
        """return f"'{text}" if is_formula else text""",
        "return text",
        ("tests/sync/test_export.py::TestHarm::test_no_cell_is_a_formula",),
    ),
)
