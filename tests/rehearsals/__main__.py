"""`make rehearse`: restores an older dump over a shop that has gone on since; nothing may be in the books twice.

Dump, more work, restore, drain, reconcile, on PostgreSQL with real processes; and what must be reconnected is named.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from tests.chaos.ledger import database
from tests.chaos.stage import CalmStage, Stage, write_invoices
from tests.needs import POSTGRES_URL
from tests.rehearsals.reporting import WentWrong, say, wait_for

OPEN = ("queued", "sending", "checking")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make rehearse", description=__doc__)
    parser.add_argument("--invoices", type=int, default=100, help="before the dump, and as many after it")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="rehearsal-"))
    with database("postgres", folder, server=POSTGRES_URL) as url:
        stage = CalmStage(folder, url, latency_ms=20)
        try:
            restore_an_older_dump(stage, options.invoices)
        except WentWrong as problem:
            say(f"WENT WRONG: {problem}")
            return 1
        finally:
            stage.end()
    say("Nothing is there twice, and the books match.")
    return 0


def restore_an_older_dump(stage: Stage, count: int) -> None:
    dump = stage.folder / "dump"
    stage.prepare()
    host = start(stage)
    enter(stage, count, first=0)
    settle(stage, count)
    run("pg_dump", "--format=custom", f"--file={dump}", stage.database_url)
    say(f"Dumped with {count} invoices in the books ({dump.stat().st_size:,} bytes).")

    enter(stage, count, first=count)
    settle(stage, 2 * count)
    say(f"{count} more went out.")

    stop(stage, host)
    run("pg_restore", "--clean", "--if-exists", "--no-owner", f"--dbname={stage.database_url}", str(dump))
    # As where Intuit gave new tokens since: those of the dump are worth nothing.
    stage.control("expire_token")
    say("Restored: we know of the first half only, and our tokens are worth nothing.")
    # What people enter again, since it is gone here: the very numbers that the books hold already.
    enter(stage, count, first=count)
    host = start(stage)
    wait_for("the connection to be named", lambda: to_reconnect(stage) == ["shop"])
    say("sync_status names what must be reconnected: shop.")
    stage.connect()
    wait_for("the queue to drain", lambda: not any(status(stage)["by_state"].get(one) for one in OPEN))
    stop(stage, host)

    books = Counter(invoice["DocNumber"] for invoice in stage.books("Invoice"))
    if twice := [number for number, times in books.items() if times > 1]:
        raise WentWrong(f"{len(twice)} numbers are in the books twice: {twice[:5]}")
    said = stage.judge()
    say(
        "reconcile: "
        + ", ".join(f"{name} {said[name]}" for name in ("checked", "matched", "missing", "twice", "different"))
    )
    left = status(stage)["failed_by_code"]
    if said["twice"] or said["missing"] or said["different"] or left:
        raise WentWrong(f"the books do not match; failed: {left}")
    if said["matched"] != 2 * count:
        raise WentWrong(f"{said['matched']} of {2 * count} match")


def enter(stage: Stage, count: int, *, first: int) -> None:
    file = stage.folder / "invoices.csv"
    write_invoices(file, count, first=first)
    stage.run("import_invoices", str(file), "--organization", "shop")


def settle(stage: Stage, count: int) -> None:
    wait_for(f"{count} invoices in the books", lambda: len(stage.books("Invoice")) >= count)
    wait_for("the queue to drain", lambda: not any(status(stage)["by_state"].get(one) for one in OPEN))


def start(stage: Stage) -> subprocess.Popen[str]:
    return stage.start("run_cluster", "--frozen-after", "60", "--stop-grace", "20", stdout=subprocess.DEVNULL)


def stop(stage: Stage, host: subprocess.Popen[str]) -> None:
    host.terminate()
    host.wait(timeout=60)


def status(stage: Stage) -> dict[str, Any]:
    return dict(json.loads(stage.run("sync_status", "--json").stdout))


def to_reconnect(stage: Stage) -> list[str]:
    shops = status(stage)["organizations"]
    return [one["slug"] for one in shops if one["connection"] and one["connection"]["status"] == "token_expired"]


def run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WentWrong(f"{command[0]}: {done.stderr.strip()[-500:]}")


if __name__ == "__main__":
    sys.exit(main())
