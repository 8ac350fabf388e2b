"""Walks one person through every page that the pages offer, and does with each control what the table says.

A control that no line names, a line whose control is never met, and an answer without the line's words are problems.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path
from time import monotonic, sleep
from urllib.parse import urlsplit

from django.urls import Resolver404, resolve
from playwright.sync_api import BrowserContext, ConsoleMessage, Locator, Page, Response

CONTROLS = Path(__file__).with_name("controls.js").read_text("utf-8")
# Where on a page a control is, the innermost first; "page" is the rest.
REGIONS = (
    ("calendar", ".calendarbox, .clockbox, .datetimeshortcuts"),
    ("dialog", "#modal-content"),
    ("palette", "[x-data='searchCommand()']"),
    ("menu", "#nav-sidebar"),
    ("top", "#header-inner, .rac-crumbs"),
    ("banner", "#sync-banner, .rac-banner"),
    ("message", "ul.flex.flex-col.gap-4.mb-6"),
    ("filter", "#changelist-filter, .rac-filters"),
    ("opened", ".rac-details-row"),
    ("column", "thead"),
    ("row", "#result_list tbody, .rac-event"),
    ("card", "#causes"),
    ("chip", "#chips, .rac-above-list .rac-chips"),
)
PATIENCE = 15_000
# Seconds between looks for a control that is gone for a moment.
PAUSES = (0, 1, 2, 4, 8)


@dataclass(frozen=True)
class Control:
    """One control of a page: its `key` is the same for controls of one kind, whatever numbers they show."""

    number: int
    name: str
    key: str
    href: str
    form: str

    @property
    def selector(self) -> str:
        return f"[data-walk='{self.number}']"


@dataclass(frozen=True)
class Line:
    """`page`: a pattern of the page's kind; `controls`: patterns of keys; `who`: initials of the roles that have it."""

    page: str
    controls: tuple[str, ...]
    who: str
    act: Act
    # Not once for each kind of page, but once for each control that the pattern fits.
    is_each: bool = False
    # Initials of those for whom one of these pages is enough, and not each kind: others have tried them all.
    once: str = ""
    # On the page that was met last, and not first: the record that the walk itself has made.
    is_latest: bool = False
    # The result of an act, which the page replaces by the next one: one of those that were met is enough.
    is_passing: bool = False


@dataclass(frozen=True)
class Act:
    """What a person does; `changes`: something afterwards is not as before, so it waits until all was looked at."""

    # None: what another line does uses it too, and it cannot be reached by itself.
    run: Callable[[Walker, Control], None] | None
    changes: bool = False
    # The page stays as it was, so there is nothing to look at again.
    is_apart: bool = False


@dataclass
class Walker:
    context: BrowserContext
    page: Page
    role: str
    lines: Sequence[Line]
    initial: str
    problems: list[str] = field(default_factory=list)
    # (line number, what it was done for) -> addresses where the control was met
    pending: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    done: set[tuple[int, str]] = field(default_factory=set)
    met: set[tuple[int, str]] = field(default_factory=set)
    controls: list[Control] = field(default_factory=list)
    seconds: dict[str, float] = field(default_factory=dict)
    # (kind of page, key of a control) -> its line; the same few controls are met again and again.
    found: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    # Controls that no line names -> where they were met
    unknown: dict[str, str] = field(default_factory=dict)
    kind: str = ""
    # Whether something has been opened on the page that may lie over the rest of it.
    is_open: bool = False

    def __post_init__(self) -> None:
        self.context.set_default_timeout(PATIENCE)
        self.context.on("console", self._listen)
        self.context.on("weberror", lambda error: self.problem(str(error.error)))
        self.context.on("response", self._watch)

    def _listen(self, message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            self.problem(f"console: {message.text}")

    def _watch(self, response: Response) -> None:
        if response.status >= 400 and not response.url.endswith("/favicon.ico"):
            self.problem(f"{response.request.method} {urlsplit(response.url).path} answers {response.status}")

    def problem(self, text: str) -> None:
        told = f"{self.role}, {self.kind} ({urlsplit(self.page.url).path}): {text}"
        if told not in self.problems:
            self.problems.append(told)

    # --- seeing what is there -----------------------------------------------------------------------------------

    def walk(self) -> None:
        """Everything that can be looked at first, then what changes something, in the order of the table."""
        self.look()
        while self.pending:
            here = [key for key in self._sorted() if self._on_this_page(key)]
            looks = [key for key in here if not self.lines[key[0]].act.changes]
            key = looks[0] if looks else self._next()
            self._do(key)
        self._stale()

    def _sorted(self) -> list[tuple[int, str]]:
        return sorted(self.pending)

    def _on_this_page(self, key: tuple[int, str]) -> bool:
        return self.page.url in self.pending[key]

    def _next(self) -> tuple[int, str]:
        waiting = self._sorted()
        return next((key for key in waiting if not self.lines[key[0]].act.changes), waiting[0])

    def look(self) -> None:
        """Note every control of the page as it is now; a problem for each that no line names."""
        self.kind = kind_of(self.page.url)
        if self.kind == "":
            return
        self.controls = [Control(**found) for found in self.page.evaluate(CONTROLS, REGIONS)]
        for control in self.controls:
            numbers = self.lines_of(control)
            if not numbers:
                self.unknown.setdefault(control.key, f"{self.kind} {control.href}"[:120])
            for number in numbers:
                key = self._key(number, control)
                self.met.add(key)
                self.met |= {(number, pattern) for pattern in self.lines[number].controls if fits(control.key, pattern)}
                if key not in self.done and self.lines[number].act.run:
                    urls = self.pending.setdefault(key, [])
                    if self.page.url not in urls:
                        urls.append(self.page.url)

    def lines_of(self, control: Control) -> list[int]:
        """The first line that names it, on this kind of page, for this role."""
        named = (self.kind, control.key)
        if named not in self.found:
            self.found[named] = self._first_line(control.key)
        return self.found[named]

    def _first_line(self, key: str) -> list[int]:
        for number, line in enumerate(self.lines):
            if self.initial not in line.who or not fits(self.kind, line.page):
                continue
            if any(fits(key, pattern) for pattern in line.controls):
                return [number]
        return []

    def _key(self, number: int, control: Control) -> tuple[int, str]:
        line = self.lines[number]
        where = "" if line.page == "*" or self.initial in line.once else self.kind
        return number, f"{where} {control.key}" if line.is_each else where

    def here(self, pattern: str) -> Control:
        """The first such control of the page as it was looked at last. Raises LookupError."""
        for control in self.controls:
            if fits(control.key, pattern):
                return control
        raise LookupError(f"`{pattern}` is not on the page")

    def locate(self, control: Control) -> Locator:
        return self.page.locator(control.selector)

    # --- doing --------------------------------------------------------------------------------------------------

    def _do(self, key: tuple[int, str]) -> None:
        line, urls = self.lines[key[0]], self.pending.pop(key)
        self.done.add(key)
        began = monotonic()
        try:
            try:
                control = self._reach(key, urls)
            except LookupError:
                if not line.is_passing:
                    raise
                self.done.discard(key)
                return
            assert line.act.run is not None
            kind, began_at = self.kind, self.page.url
            line.act.run(self, control)
            if line.act.changes and kind.endswith("_delete"):
                self._forget(began_at)
            if not line.act.is_apart:
                self.look()
        except Exception as error:
            said = " ".join(str(error).split())[:300]
            self.problem(f"`{line.controls[0]}` did not do what its line says ({self.page.title()}): {said}")
            self.go_to(urls[0])
        took = f"{line.page} {line.controls[0]}"
        self.seconds[took] = self.seconds.get(took, 0) + monotonic() - began

    def _forget(self, url: str) -> None:
        """A deleted record's pages: what is left to do there is done on the pages of others."""
        gone = urlsplit(url).path.removesuffix("delete/")
        for key, urls in list(self.pending.items()):
            left = [one for one in urls if not urlsplit(one).path.startswith(gone)]
            if left:
                self.pending[key] = left
                continue
            del self.pending[key]
            self.problem(f"`{self.lines[key[0]].controls[0]}` was met only on pages of a record that is deleted now")

    def _reach(self, key: tuple[int, str], urls: list[str]) -> Control:
        """The control, on the page at hand or on one where it was met. Raises LookupError where all have lost it."""
        if self.lines[key[0]].is_latest:
            urls = urls[::-1]
        where = urls[:1] if self.lines[key[0]].is_latest else urls
        if self.page.url not in where or self.is_open:
            self.go_to(urls[0])
        for pause in PAUSES[:1] if self.lines[key[0]].is_passing else PAUSES:
            sleep(pause)
            for url in [self.page.url, *urls]:
                # A row that is being sent has fewer buttons until that is settled.
                if self.page.url != url or pause:
                    self.go_to(url)
                found = [
                    control
                    for control in self.controls
                    if key[0] in self.lines_of(control) and self._key(key[0], control) == key
                ]
                if found:
                    # Of several that a line names, the first is what one acts with.
                    return next((one for one in found if fits(one.key, self.lines[key[0]].controls[0])), found[0])
        raise LookupError("was met, and is gone now that its turn comes: move its line up")

    def go_to(self, url: str) -> None:
        self.page.goto(url)
        self.is_open = False
        self.look()

    def click(self, control: Control) -> None:
        self.locate(control).click()

    def read(self, says: str) -> None:
        """What a person must be able to read (or, with `css=`, see) now."""
        if says:
            what = says if says.startswith("css=") else f"text={says}"
            self.page.locator(f"{what} >> visible=true").first.wait_for()

    def _stale(self) -> None:
        for key, where in self.unknown.items():
            self.problems.append(f"{self.role}: no line of the table for `{key}` ({where})")
        for number, line in enumerate(self.lines):
            if self.initial in line.who and not any((number, pattern) in self.met for pattern in line.controls):
                told = f"the line `{line.page}` `{line.controls[0]}` fits nothing that this role meets"
                self.problems.append(f"{self.role}: {told}")
            elif self.initial in line.who and line.is_passing and not any(number == done for done, _ in self.done):
                self.problems.append(f"{self.role}: `{line.page}` `{line.controls[0]}` was gone each time")


def fits(key: str, pattern: str) -> bool:
    return fnmatchcase(key, pattern)


def kind_of(url: str) -> str:
    """The name of the view; "" for what is not ours."""
    try:
        return resolve(urlsplit(url).path).view_name
    except Resolver404:
        return ""
