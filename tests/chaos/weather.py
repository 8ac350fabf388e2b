"""One storm, from an empty database to its verdict."""

from __future__ import annotations

import shutil
import tempfile
import time
from pathlib import Path

from tests.chaos.ledger import Ledger, database
from tests.chaos.report import told
from tests.chaos.stage import Stage
from tests.chaos.storm import Size, Storm
from tests.chaos.verdict import Verdict, judge
from tests.needs import POSTGRES_URL


def weather(
    seed: int,
    size: Size,
    *,
    kind: str,
    seconds: float,
    keep: bool = False,
    clocks: tuple[float, ...] = (0,),
    paid: bool = False,
) -> Verdict:
    """What came of the storm of this seed, told on standard output as well; it rages for `seconds` at most.

    Even seeds let QuickBooks number the invoices, odd ones send our numbers; neither time does QuickBooks refuse
    a number that is taken, so that nothing but our own care stands between a shop and a second invoice.
    `clocks`: by how many seconds the clock of each host is ahead.
    """
    folder = Path(tempfile.mkdtemp(prefix=f"chaos-{seed}-"))
    began = time.monotonic()
    with database(kind, folder, server=POSTGRES_URL) as url:
        stage, ledger = Stage(folder, url), Ledger(url)
        try:
            stage.prepare()
            stage.control("duplicate_number_check", on=False)
            if seed % 2 == 0:
                ledger.do("UPDATE qbo_connectionsettings SET send_numbers = FALSE")
                stage.control("custom_numbers", on=False)
                ledger.do("UPDATE qbo_companyfacts SET custom_numbers = FALSE")
            storm = Storm(stage, ledger, seed, size, seconds=seconds, clocks=clocks, paid=paid)
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
