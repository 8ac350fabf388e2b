"""The catalogue as docs/errors.md; knows Markdown and no file."""

from collections.abc import Iterator

from qbo.catalogue import SECTIONS
from qbo.catalogue.entry import KIND_WORDS, PAGE_WORDS, Entry, fill

HEAD = """# Errors

What can keep an invoice from reaching QuickBooks, what it means, and who can fix it and how. This file is
written from the catalogue (`qbo/catalogue/`) by `manage.py write_error_docs`, and a test keeps the two equal:
change the catalogue, not this file.

Every failure has one of these kinds:

| Kind | What happens |
| --- | --- |
"""


def error_docs() -> str:
    """The whole file."""
    kinds = "".join(f"| {kind.value} | {words}. |\n" for kind, words in KIND_WORDS.items())
    return HEAD + kinds + "".join(section(title, entries) for title, entries in SECTIONS.items())


def section(title: str, entries: tuple[Entry, ...]) -> str:
    return f"\n## {title}\n" + "".join("\n" + "\n".join(lines(entry)) + "\n" for entry in entries)


def lines(entry: Entry) -> Iterator[str]:
    yield f"### {entry.title}"
    yield ""
    yield f"`{entry.code}` · in the log: {fill(entry.message, {})}"
    yield ""
    yield entry.meaning
    yield ""
    steps = filter(None, (fill(step, {}) for step in entry.remedy))
    yield from (f"{number}. {step}" for number, step in enumerate(steps, start=1))
    yield ""
    cells = (entry.who.words, PAGE_WORDS[entry.where], KIND_WORDS[entry.kind], fill(entry.dispatcher, {}))
    yield "| Who | Where | What happens automatically | A dispatcher reads |"
    yield "| --- | --- | --- | --- |"
    yield f"| {' | '.join(cells)} |"
