"""A pytest plugin: writes the result of each test, by its name, to the file that MUTATION_REPORT names."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

PASSED, LEFT_OUT, TIMED_OUT = "passed", "left out", "timed out: "
outcomes: dict[str, str] = {}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """`passed`, `left out`, the name of the exception that the test raised, or "setup: " and that name."""
    report = yield
    if report.skipped:
        outcomes[item.nodeid] = LEFT_OUT
    elif report.failed and call.excinfo is not None:
        during = "" if call.when == "call" else f"{call.when}: "
        if str(call.excinfo.value).startswith("Timeout"):
            during = TIMED_OUT
        if outcomes.get(item.nodeid, PASSED) == PASSED:
            outcomes[item.nodeid] = during + call.excinfo.typename
    elif call.when == "call":
        outcomes.setdefault(item.nodeid, PASSED)
    return report


def pytest_sessionfinish() -> None:
    Path(os.environ["MUTATION_REPORT"]).write_text(json.dumps(outcomes))
