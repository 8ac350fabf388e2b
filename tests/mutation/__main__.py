"""`make mutate`: breaks every safeguard alone and prints the results of its tests; fails if one survives."""

from __future__ import annotations

import argparse
import os
import sys
import time
from collections.abc import Sequence

from tests.mutation.safeguards import SAFEGUARDS
from tests.mutation.trials import Trial, Verdict, try_all

WIDTH = 96


def main(arguments: Sequence[str]) -> int:
    """Zero where each safeguard was noticed to be broken."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("only", nargs="*", help="words of an area, a safeguard or a file; all of them without")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="how many at a time")
    asked = parser.parse_args(arguments)
    chosen = {area: [one for one in those if _is_meant(area, one, asked.only)] for area, those in SAFEGUARDS.items()}
    safeguards = [one for those in chosen.values() for one in those]
    if not safeguards:
        print("No safeguard is called that.")
        return 2
    print(f"{len(safeguards)} safeguards; first their tests with all of them in place.", flush=True)
    began = time.monotonic()
    trials = try_all(safeguards, jobs=asked.jobs, tell=_tell)
    _print_table(chosen, trials)
    counts = {verdict: sum(trial.verdict is verdict for trial in trials) for verdict in Verdict}
    said = ", ".join(f"{count} {verdict}" for verdict, count in counts.items() if count)
    print(f"\n{len(trials)} safeguards broken in {time.monotonic() - began:.0f} s: {said}.")
    return 0 if all(trial.is_fine for trial in trials) else 1


def _is_meant(area: str, safeguard: object, words: Sequence[str]) -> bool:
    text = f"{area} {safeguard}".lower()
    return not words or any(word.lower() in text for word in words)


def _tell(trial: Trial) -> None:
    print(f"{trial.verdict:<12} {trial.seconds:5.1f} s  {trial.safeguard.name}", flush=True)


def _print_table(chosen: dict[str, list], trials: Sequence[Trial]) -> None:
    by_name = {trial.safeguard.name: trial for trial in trials}
    for area, safeguards in chosen.items():
        if safeguards:
            print(f"\n{area}")
        for trial in (by_name[one.name] for one in safeguards):
            print(f"  {trial.safeguard.name:<{WIDTH}} {trial.verdict:<12} {trial.safeguard.file}")
            if trial.why:
                print(f"      {trial.why}")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
