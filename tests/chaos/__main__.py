"""`make chaos`: one storm after another, each with its own seed; exit status 0 only if all are survived."""

from __future__ import annotations

import argparse
import sys

from tests.chaos.stage import PACE
from tests.chaos.storm import Size
from tests.chaos.weather import weather


def main() -> int:
    parser = argparse.ArgumentParser(prog="make chaos")
    parser.add_argument("--seed", type=int, nargs="+", default=[1])
    parser.add_argument("--invoices", type=int, default=300)
    parser.add_argument("--database", choices=["sqlite", "postgres"], default="sqlite")
    parser.add_argument("--seconds", type=float, default=0, help="how long it may rage (by default as needed)")
    parser.add_argument("--clocks", type=float, nargs="+", default=[0], help="seconds by which each host is ahead")
    parser.add_argument("--paid", action="store_true", help="every invoice is paid in the end")
    parser.add_argument("--keep", action="store_true", help="leave database, state and log for a look")
    options = parser.parse_args()
    verdicts = [
        weather(
            seed,
            Size.full(options.invoices),
            kind=options.database,
            seconds=options.seconds or (240 + options.invoices / 4) * PACE,
            keep=options.keep,
            clocks=tuple(options.clocks),
            paid=options.paid,
        )
        for seed in options.seed
    ]
    return int(any(verdict.wrong for verdict in verdicts))


if __name__ == "__main__":
    sys.exit(main())
