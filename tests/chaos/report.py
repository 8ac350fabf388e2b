"""A storm and its result, for people."""

from __future__ import annotations

from collections.abc import Iterator

from tests.chaos.storm import Storm
from tests.chaos.verdict import Verdict


def told(storm: Storm, verdict: Verdict, *, database: str, seconds: float) -> str:
    return "\n".join(_lines(storm, verdict, database, seconds))


def _lines(storm: Storm, verdict: Verdict, database: str, seconds: float) -> Iterator[str]:
    orders, disasters = storm.size.orders, storm.size.disasters
    yield (
        f"seed {storm.seed}: {storm.size.invoices} invoices on {database}, {storm.hosts} cluster(s), {seconds:.0f} s:"
        f" {storm.kills} kills, {sum(storm.counts[name] for name in orders)} faults, {storm.batches} batches,"
        f" {verdict.refreshes} token refreshes"
    )
    yield from (f"  {storm.counts[name]:4} {name}" for name in (*disasters, *orders))
    others = {name: count for name, count in storm.counts.items() if name not in (*disasters, *orders)}
    yield f"  edits: {dict(storm.edits)}; {others}"
    if storm.reconnections:
        yield f"  reconnected {len(storm.reconnections)} times: {sorted(set(storm.reconnections))}"
    yield f"  events: {verdict.states}; retries used up: {storm.used_up}"
    counted = {name: verdict.books.get(name) for name in ("checked", "matched", "missing", "twice", "different")}
    yield f"  books: {counted}"
    payments = {name: verdict.books["payments"][name] for name in ("checked", "matched")}
    yield f"  payments: {payments}; tie-outs: {[(one['month'], one['agrees']) for one in verdict.tie_outs]}"
    yield from (f"  WRONG: {one}" for one in verdict.wrong)
    yield f"  {'survived' if not verdict.wrong else 'NOT survived'}"
