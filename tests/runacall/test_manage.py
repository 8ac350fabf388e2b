"""The command line: a command begins without a look for garbage among what it imports, and runs with one."""

from __future__ import annotations

import gc
import sys

import pytest
from django.core.management import ManagementUtility

import manage


def test_garbage_is_looked_for_once_a_command_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    fetch, seen = ManagementUtility.fetch_command, list[bool]()

    def fetched(utility: ManagementUtility, name: str) -> object:
        seen.append(gc.isenabled())
        return fetch(utility, name)

    monkeypatch.setattr(ManagementUtility, "fetch_command", fetched)
    monkeypatch.setattr(sys, "argv", ["manage.py", "diffsettings", "--output", "unified"])
    gc.unfreeze()
    manage.main()
    assert (seen, gc.isenabled()) == ([False], True)
    assert gc.get_freeze_count() > 10_000
