"""Saves what was acknowledged before the answer is sent; knows lines, not what they mean."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from qbo_emulator.books.encoding import dumps, loads


class Journal:
    """An append-only file of lines `{"realm": ..., "changes": [...]}`; without a path it forgets everything.

    One `write` a line, no fsync: a killed process loses nothing that was acknowledged, a power cut may.
    """

    def __init__(self, path: Path | None = None) -> None:
        self.path = path
        self._lock = threading.Lock()
        self._file = -1

    def read(self) -> Iterator[tuple[str, list[Any]]]:
        """Every line as (realm id, changes). A last line that was cut off was never acknowledged, so it is left out."""
        if self.path is None or not self.path.exists():
            return
        with self.path.open(encoding="utf-8") as lines:
            for line in lines:
                if not line.endswith("\n"):
                    return
                entry = loads(line)
                yield entry["realm"], entry["changes"]

    def rewrite(self, snapshots: Iterable[tuple[str, Iterable[str]]]) -> None:
        """Rewrites the file with one line per change, and opens it for appending."""
        if self.path is None:
            return
        fresh = self.path.with_name(self.path.name + ".new")
        with fresh.open("w", encoding="utf-8") as out:
            for realm, changes in snapshots:
                out.writelines(self._line(realm, [change]) for change in changes)
        os.replace(fresh, self.path)
        self._file = os.open(self.path, os.O_WRONLY | os.O_APPEND)

    @property
    def keeps(self) -> bool:
        """Whether there is a file: without one no change has to be worded."""
        return self._file >= 0

    def append(self, realm: str, changes: list[str]) -> None:
        if not self.keeps or not changes:
            return
        data = self._line(realm, changes).encode()
        with self._lock:
            os.write(self._file, data)

    def _line(self, realm: str, changes: list[str]) -> str:
        return f'{{"realm":{dumps(realm)},"changes":[{",".join(changes)}]}}\n'

    def close(self) -> None:
        if self._file >= 0:
            os.close(self._file)
            self._file = -1
