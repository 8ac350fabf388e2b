"""Intuit's limits, the pair of tokens, retries and waits; data."""

from tests.mutation.safeguard import Safeguard

LIMITER = "qbo/connection/limiter.py"
TOKENS = "qbo/connection/tokens.py"
POLICY = "sync/retry_policy.py"
OF_LIMITER = "tests/sync/test_limiter.py"
OF_TOKENS = "tests/qbo/test_tokens.py"
OF_POLICY = "tests/sync/test_retry_policy.py"

OF_FIRST_RUN = "tests/journeys/test_first_run.py"

SAFEGUARDS = (
    Safeguard(
        "first run: a shop that connects in the browser sends nothing before Go",
        "qbo/pages/connecting.py",
        "on_hold=True,",
        "on_hold=False,",
        (f"{OF_FIRST_RUN}::test_nothing_goes_before_go",),
    ),
    Safeguard(
        "first run: a dry run from before a change of settings does not let Go be pressed",
        "sync/operations/first_run.py",
        "current = run is not None and run.basis == dry_run.basis(connection)",
        "current = run is not None",
        (f"{OF_FIRST_RUN}::test_go_needs_a_start_date_and_a_dry_run_that_is_up_to_date",),
    ),
    Safeguard(
        "first run: the start date stays once an invoice is in QuickBooks",
        "sync/operations/first_run.py",
        "if not may_change_start(connection):",
        "if False:",
        (f"{OF_FIRST_RUN}::test_the_start_date_stays_once_an_invoice_is_there",),
    ),
    Safeguard(
        "time: leases, ages and limits go by the database's clock, whatever the host's own says",
        "runacall/clock.py",
        "    try:\n        return read().now()\n",
        "    return timezone.now()\n    try:\n        return read().now()\n",
        ("tests/sync/test_clocks.py::test_the_same_on_postgresql",),
    ),
    Safeguard(
        "limits: no more batches a minute than Intuit allows",
        LIMITER,
        "waits.append(_until_room(batches, self.limits.batches_a_minute, MINUTE, now))",
        "waits.append(0.0)",
        (f"{OF_LIMITER}::test_each_limit_holds_alone",),
    ),
    Safeguard(
        "limits: what connecting reads counts",
        "qbo/connection/connecting.py",
        "                Lease.count_call(connection, at=read_at)\n",
        "",
        ("tests/sync/test_turns.py::test_what_connecting_reads_counts_against_the_limits",),
    ),
    Safeguard(
        "limits: a few writes leave the batches to who has many",
        LIMITER,
        "    if waiting <= alone_at_most:\n",
        "    if False:\n",
        (
            f"{OF_LIMITER}::test_what_the_next_call_takes",
            "tests/sync/test_engine.py::test_many_go_in_batches_and_a_few_on_their_own",
        ),
    ),
    Safeguard(
        "limits: a long queue uses single requests while no batch is allowed",
        LIMITER,
        "alone = batch_in > SHORT_WAIT and alone_in < batch_in",
        "alone = False",
        (f"{OF_LIMITER}::test_both_roads_together_keep_every_limit_and_take_less_time",),
    ),
    Safeguard(
        "limits: a call counts from when it leaves",
        LIMITER,
        "            self.calls[-1][0] = round(now, 3)\n",
        "            pass\n",
        (f"{OF_LIMITER}::test_a_call_counts_from_when_it_leaves",),
    ),
    Safeguard(
        "limits: no more requests a minute than Intuit allows",
        LIMITER,
        "_until_room(made, self.limits.requests_a_minute, MINUTE, now),",
        "",
        (f"{OF_LIMITER}::test_each_limit_holds_alone",),
    ),
    Safeguard(
        "limits: no more requests a second than Intuit allows",
        LIMITER,
        "_until_room(made, self.limits.requests_a_second, SECOND, now),",
        "",
        (f"{OF_LIMITER}::test_each_limit_holds_alone",),
    ),
    Safeguard(
        "limits: a call by a host whose clock is ahead counts from now",
        LIMITER,
        "[[min(at, now), is_batch] for at, is_batch in self.calls if now - MINUTE < at]",
        "[[at, is_batch] for at, is_batch in self.calls if now - MINUTE < at]",
        (f"{OF_LIMITER}::test_a_clock_that_is_ahead_holds_nobody_up_for_long",),
    ),
    Safeguard(
        "limits: the calls of earlier holders count",
        "qbo/connection/turn.py",
        "Limiter(limits, ",
        "Limiter(limits, [] and ",
        ("tests/sync/test_turns.py::test_the_calls_of_whoever_had_the_lease_before_count",),
    ),
    Safeguard(
        "tokens: the lock runs out with the process that held it",
        TOKENS,
        "free = Q(refreshing_until=None) | Q(refreshing_until__lte=at)",
        "free = Q(refreshing_until=None)",
        (f"{OF_TOKENS}::test_the_lock_of_a_process_that_died_runs_out",),
    ),
    Safeguard(
        "tokens: one process at a time asks for the next pair",
        TOKENS,
        "    if not mine:\n        raise RefreshUnderWay",
        "    if False:\n        raise RefreshUnderWay",
        (f"{OF_TOKENS}::test_the_lock_of_a_process_that_died_runs_out",),
    ),
    Safeguard(
        "tokens: a pair is saved over the version that it came from, and no later one",
        TOKENS,
        "filter(pk=connection.pk, token_version=seen).update(**",
        "filter(pk=connection.pk).update(**",
        (f"{OF_TOKENS}::test_a_pair_that_comes_after_a_reconnection_is_not_saved",),
    ),
    Safeguard(
        "tokens: a refusal counts only while the refused pair is the stored one",
        TOKENS,
        "    if connection.token_version != seen:\n        return None",
        "    if False:\n        return None",
        (f"{OF_TOKENS}::test_a_refusal_that_comes_after_a_reconnection_is_of_no_account",),
    ),
    Safeguard(
        "tokens: a peer's newer pair is taken over without asking",
        TOKENS,
        "connection.access_token != refused",
        "refused is None",
        (f"{OF_TOKENS}::test_a_peers_newer_pair_is_adopted",),
    ),
    Safeguard(
        "tokens: renewed before they end, not after",
        "qbo/models/connection.py",
        "ends - EARLY <= at",
        "ends <= at",
        (f"{OF_TOKENS}::test_a_token_about_to_end_is_renewed_and_saved",),
    ),
    Safeguard(
        "tokens: ciphertext in the database",
        "qbo/encryption.py",
        "return value if value is None else encrypt(str(value))",
        "return value",
        (f"{OF_TOKENS}::test_tokens_are_ciphertext_in_the_database",),
    ),
    Safeguard(
        "retry: what needs a person is not tried again by itself",
        POLICY,
        "if failure.kind is FailureKind.TRANSIENT and retries < len(policy.delays):",
        "if retries < len(policy.delays):",
        (f"{OF_POLICY}::test_what_needs_a_person_is_not_retried_by_itself",),
        quick=True,
    ),
    Safeguard(
        "retry: after 5, 30 and 60 minutes, each after the failure before",
        POLICY,
        "timedelta(seconds=policy.delays[retries]), retries=retries + 1",
        "timedelta(seconds=policy.delays[0]), retries=retries + 1",
        (f"{OF_POLICY}::test_a_transient_failure_is_retried_after_5_30_and_60_minutes_then_stops",),
    ),
    Safeguard(
        "retry: being throttled uses up no retry",
        POLICY,
        "timedelta(seconds=wait_seconds(failure, policy)), retries=retries)",
        "timedelta(seconds=wait_seconds(failure, policy)), retries=retries + 1)",
        (f"{OF_POLICY}::test_throttling_waits_and_uses_up_no_retry",),
    ),
    Safeguard(
        "retry: QuickBooks' own wish for a pause is kept",
        LIMITER,
        "min(failure.retry_after_seconds or default, LONGEST_PAUSE)",
        "min(default, LONGEST_PAUSE)",
        (f"{OF_POLICY}::test_throttling_waits_and_uses_up_no_retry",),
    ),
    Safeguard(
        "retry: no wait is longer than an hour",
        LIMITER,
        "min(failure.retry_after_seconds or default, LONGEST_PAUSE)",
        "(failure.retry_after_seconds or default)",
        (f"{OF_POLICY}::test_a_wait_of_a_day_is_looked_at_within_the_hour",),
    ),
    Safeguard(
        "an emulator is only ever on this machine",
        "qbo/connection/endpoints.py",
        'if parts.scheme != "http" or parts.hostname not in LOOPBACK_HOSTS:',
        'if parts.scheme != "http":',
        ("tests/qbo/test_endpoints.py::test_an_emulator_is_on_this_machine",),
    ),
)
