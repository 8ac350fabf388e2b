"""The full names of what stands below a name that changed: sub-customers, sub-accounts, products of a category."""

from __future__ import annotations

from collections.abc import Iterator

from qbo_emulator.books.company import Put, Row
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import key_of

DEEPEST = 5  # levels that lists have


def rename_descendants(draft: Draft) -> None:
    """Each row below the one in progress is called by its new full name (recorded for a location)."""
    before, row = draft.before, draft.row
    if before is not None and before.get("FullyQualifiedName") != row.get("FullyQualifiedName"):
        draft.also += below(draft, row, DEEPEST)


def below(draft: Draft, parent: Row, levels: int) -> Iterator[Put]:
    if not levels:
        return
    kind, name = draft.kind.name, draft.kind.name_field
    for child in list(draft.company.rows(kind)):
        if key_of(child.get("ParentRef")) == parent["Id"] and child["Id"] != parent["Id"]:
            renamed = {**child, "FullyQualifiedName": f"{parent['FullyQualifiedName']}:{child[name]}"}
            yield Put(kind, renamed)
            yield from below(draft, renamed, levels - 1)
