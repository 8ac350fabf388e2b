"""A pytest plugin: the body of each named test runs with its safeguard switched off; what came of it goes to a file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

outcomes: dict[str, str] = {}


def _safeguard_of(item: pytest.Item) -> Any:
    # Models can be imported only once pytest-django has set Django up.
    from tests.sabotage.safeguards import SAFEGUARDS

    return next(one for one in SAFEGUARDS if item.nodeid.startswith(one.test))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Fixtures are set up while all is still well."""
    with _safeguard_of(item).switched_off():
        return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[Any]:
    """ "passed", or the name of what was raised; of several cases of one test, the first that fails."""
    name = _safeguard_of(item).name
    if call.excinfo is not None:
        raised = f"{call.when}: " if call.when != "call" else ""
        if outcomes.get(name, "passed") == "passed":
            outcomes[name] = raised + call.excinfo.typename
    else:
        outcomes.setdefault(name, "passed")
    return (yield)


def pytest_sessionfinish() -> None:
    Path(os.environ["SABOTAGE_REPORT"]).write_text(json.dumps(outcomes))
