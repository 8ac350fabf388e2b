"""`make chaos`: one storm after the other, each with a seed of its own; exit status 0 only if all are survived."""

from __future__ import annotations

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.chaos.ledger import Ledger, database
from tests.chaos.report import told
from tests.chaos.stage import Stage
from tests.chaos.storm import Storm
from tests.chaos.verdict import Verdict, judge

SERVER = os.environ.get("CHAOS_POSTGRES", "postgresql://postgres@127.0.0.1/postgres")


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--invoices", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=0, help="how long it may rage (by default as needed)")
    parser.add_argument("--keep", action="store_true", help="leave database, state and log for a look")
    options = parser.parse_args()
    verdicts = [
        weather(
            seed,
            options.invoices,
            kind=options.database,
            seconds=options.seconds or 240 + options.invoices / 4,
            keep=options.keep,
        )
        for seed in options.seed
    ]
    return int(any(verdict.wrong for verdict in verdicts))


def weather(seed: int, invoices: int, *, kind: str, seconds: float, keep: bool = False) -> Verdict:
    """One storm from an empty database to its verdict, told on standard output.

    Even seeds let QuickBooks number the invoices, odd ones send our numbers; neither time does QuickBooks refuse
    a number that is taken, so that nothing but our own care stands between a shop and a second invoice.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    began = time.monotonic()
    with database(kind, folder, server=SERVER) as url:
        stage, ledger = Stage(folder, url), Ledger(url)
        try:
            stage.prepare()
            stage.control("duplicate_number_check", on=False)
            if seed % 2 == 0:
                ledger.do("UPDATE qbo_connectionsettings SET send_numbers = FALSE")
                stage.control("custom_numbers", on=False)
            storm = Storm(stage, ledger, seed, invoices, seconds=seconds)
            storm.run()
            verdict = judge(storm)
            print(told(storm, verdict, database=kind, seconds=time.monotonic() - began), flush=True)
            if keep:
                print(f"  kept: {folder} {url}", flush=True)
                input("  Enter ends it. ")
        finally:
            stage.end()
    if not keep:
        shutil.rmtree(folder, ignore_errors=True)
    return verdict


if __name__ == "__main__":
    sys.exit(main())
