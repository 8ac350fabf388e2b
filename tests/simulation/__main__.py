"""`make simulate`: storms by seed, or every crash point of a small scenario; fails if anything is wrong."""

from __future__ import annotations

import argparse
import itertools
import os
import sys
from collections.abc import Iterable, Iterator, Sequence

from tests.simulation import machine
from tests.simulation.sabotage import break_in

if os.environ.get("PYTHONHASHSEED") != "0":
    # Sets are walked in the same order in each run.
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, "-m", "tests.simulation", *sys.argv[1:]])

# Seconds between two lines that say how far it is.
TELL_EVERY = 30


def main(arguments: Sequence[str]) -> int:
    """Zero where nothing was wrong."""
    asked = _parser().parse_args(arguments)
    os.environ["DATABASE_URL"] = "sqlite://:memory:"
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    machine.before_import()
    if asked.without:
        break_in(asked.without)
    import logging

    import django

    django.setup()
    from django.conf import settings

    # Keeping every statement for a look costs a tenth of a storm.
    settings.DEBUG = False
    if not asked.log:
        logging.disable(logging.CRITICAL)
    from tests.simulation.stage import Stage

    return Session(Stage.build(), asked).run()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", default="", help="which storms: 7, or 1-500; without end: 1-")
    parser.add_argument("--branches", type=int, default=1, help="go on in so many ways where something happens")
    parser.add_argument("--points", action="store_true", help="every disturbance at every point, alone")
    parser.add_argument("--some-points", type=int, default=0, help="so many of them, drawn from all")
    parser.add_argument("--pairs", type=int, default=0, help="so many pairs of disturbances, drawn from all")
    parser.add_argument("--scenario", default="changing", help="of one run or of the points: small, changing, a seed")
    parser.add_argument("--acts", default=None, help="one run, disturbed by these, as a failure names them")
    parser.add_argument("--seconds", type=float, default=0, help="end after so long")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--skews", action="store_true", help="clocks that are wrong, too")
    parser.add_argument("--without", default="", help="break this safeguard of tests/mutation first")
    parser.add_argument("--first", action="store_true", help="end with the first failure")
    parser.add_argument("--as-found", action="store_true", help="do not look for the shortest history")
    parser.add_argument("--log", action="store_true", help="show what our code logs")
    return parser


class Session:
    """What was asked for, and what came of it."""

    def __init__(self, stage: object, asked: argparse.Namespace) -> None:
        from tests.simulation import runner

        self.runner, self.stage, self.asked = runner, stage, asked
        self.began = self.told = runner.clock()
        self.runs = self.failures = 0
        self.minutes = 0.0

    def run(self) -> int:
        self._all(self._cases())
        took = self.runner.clock() - self.began
        print(
            f"{self.runs:,} runs of {self.minutes / max(1, self.runs):.0f} simulated minutes in {took:.0f} s, "
            f"{self.runs / took * 3600:,.0f} an hour: {self.failures} with something wrong."
        )
        return 1 if self.failures else 0

    def _cases(self) -> Iterator[object]:
        from tests.simulation.cases import Case, sampled, seconds, singles
        from tests.simulation.history import read

        asked = self.asked
        if asked.acts is not None:
            yield Case(asked.scenario, read(asked.acts))
        if asked.points or asked.some_points or asked.pairs:
            calm = next(iter(self.runner.play_all(self.stage, [Case(asked.scenario, {})], jobs=1, keep_kinds=True)))
            alone = list(singles(asked.scenario, calm.kinds))
            print(f"{len(calm.kinds)} points, {len(alone)} disturbances of one.")
            if asked.points:
                yield from alone
            elif asked.some_points:
                yield from sampled(alone, asked.some_points, seed=1)
            if asked.pairs:
                hits = list(singles(asked.scenario, calm.kinds, stops=False))
                # What can follow a disturbance is known only once it was played: as many of them as pairs will do.
                hits = list(sampled(hits, asked.pairs, seed=asked.pairs))
                firsts = self.runner.play_all(self.stage, hits, jobs=asked.jobs, keep_kinds=True)
                pairs = [pair for first in firsts for pair in seconds(first.case, first.kinds)]
                print(f"{len(pairs)} pairs, of which {min(asked.pairs, len(pairs))} are played.")
                yield from sampled(pairs, asked.pairs, seed=asked.pairs)
        for seed in _range(asked.seeds):
            yield Case(str(seed), skews=asked.skews, branches=asked.branches)

    def _all(self, cases: Iterable[object]) -> None:
        for outcome in self.runner.play_all(self.stage, self._in_time(cases), jobs=self.asked.jobs):
            self.runs += 1
            self.minutes += outcome.minutes
            if self.runner.clock() >= self.told + TELL_EVERY:
                self.told = self.runner.clock()
                print(f"{self.told - self.began:5.0f} s: {self.runs:,} runs, {self.failures} wrong", flush=True)
            if outcome.wrong:
                self.failures += 1
                self.runner.tell(outcome if self.asked.as_found else self.runner.shrunk(self.stage, outcome))
                if self.asked.first:
                    break

    def _in_time(self, cases: Iterable[object]) -> Iterator[object]:
        until = self.began + self.asked.seconds if self.asked.seconds else float("inf")
        return itertools.takewhile(lambda _: self.runner.clock() < until, cases)


def _range(text: str) -> Iterable[int]:
    first, is_range, last = text.partition("-")
    if not first:
        return ()
    if not is_range:
        return (int(first),)
    return range(int(first), int(last) + 1) if last else itertools.count(int(first))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
