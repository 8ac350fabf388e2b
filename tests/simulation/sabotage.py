"""Breaks one safeguard of `tests/mutation` as its module is imported; the files stay as they are."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from importlib.machinery import ModuleSpec, PathFinder, SourceFileLoader
from pathlib import Path
from types import CodeType, ModuleType

from tests.mutation.safeguard import Safeguard
from tests.mutation.safeguards import SAFEGUARDS

ROOT = Path(__file__).resolve().parents[2]


def break_in(name: str) -> None:
    """Break the safeguard called `name`. Raises StopIteration if there is none."""
    safeguard = next(one for those in SAFEGUARDS.values() for one in those if one.name == name)
    sys.meta_path.insert(0, _Finder(safeguard))


class _Finder:
    def __init__(self, safeguard: Safeguard) -> None:
        self.safeguard = safeguard
        self.module = safeguard.file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        if name != self.module:
            return None
        spec = PathFinder.find_spec(name, path, target)
        assert spec is not None
        assert spec.origin is not None
        spec.loader = _Loader(name, spec.origin, self.safeguard)
        return spec


class _Loader(SourceFileLoader):
    def __init__(self, name: str, path: str, safeguard: Safeguard) -> None:
        super().__init__(name, path)
        self.safeguard = safeguard

    def get_code(self, fullname: str) -> CodeType:
        return compile(self.safeguard.broken_source(ROOT), self.path, "exec")
