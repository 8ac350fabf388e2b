"""Each place where a drain writes, and where it first checks that it still holds the lease; data."""

from tests.mutation.safeguard import Safeguard

ENGINE = "sync/engine"
TEST = "tests/sync/test_overtaken.py::test_whoever_is_overtaken_writes_nothing"


def _held_at(place: str, file: str, before: str) -> Safeguard:
    """The check is taken away that stands before the line `before`; `place` as the test calls it."""
    return Safeguard(
        f"fence: {place}", f"{ENGINE}/{file}", f".assert_held()\n{before}", f"\n{before}", (f"{TEST}[{place}]",)
    )


SAFEGUARDS = (
    _held_at("claim", "drain.py", "        # Locked as they are read"),
    _held_at("release", "drain.py", "        for event in events:"),
    _held_at("take over", "drain.py", "        left = events.left_behind("),
    _held_at("a read that failed", "tries.py", "        record(outcomes, at=work"),
    _held_at("a mistake of ours", "tries.py", "        record(outcomes, at=drain"),
    _held_at("renew a token", "pausing.py", "    try:\n        failure = refresh_tokens("),
    _held_at("pause", "pausing.py", "        connection.pause("),
    Safeguard(
        "fence: keep a list",
        "qbo/lists/mirrors.py",
        "                lease.assert_held()\n",
        "                pass\n",
        (f"{TEST}[keep a list]",),
    ),
    _held_at("link a customer", "prepare/customers.py", "        record("),
    _held_at("refuse an item", "prepare/items.py", "        record("),
    _held_at("refuse an invoice", "prepare/invoices.py", "            record("),
    _held_at(
        "adopt",
        "links.py",
        "        Link.objects.update_or_create(\n",
    ),
    _held_at("adopt an update", "prepare/adoption.py", "        # `theirs` stays: what else"),
    Safeguard(
        "fence: write ahead",
        f"{ENGINE}/send/push.py",
        ".count_call(at=clock.now(), batch=alone is None)\n        submission = ",
        "\n        submission = ",
        (f"{TEST}[write ahead]",),
    ),
    _held_at("send again", "send/push.py", "        submission.last_sent_at = "),
    _held_at("read an answer", "send/answers.py", "        answered.settle()\n        for index, item in "),
    _held_at("wait for an answer", "send/doubts.py", "        SyncEvent.objects.filter("),
    _held_at("look instead", "send/doubts.py", "        submission.settled_at = "),
    _held_at("give back", "send/refusals.py", "        answered.settle()\n        for event in "),
    _held_at("refuse a batch", "send/refusals.py", "        answered.settle()\n        outcomes = "),
    _held_at("hold in doubt", "send/refusals.py", "    answered.note()"),
)
