"""Notes and files attached to transactions and names; knows no HTTP and no bytes."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.entities.kind import LIST, Draft, Kind
from qbo_emulator.entities.references import key_of

THUMBNAIL, THUMBNAIL_ADDRESS = "ThumbnailFileAccessUri", "ThumbnailTempDownloadUri"
KEPT = ("FileName", "ContentType", "Size", "FileAccessUri", "TempDownloadUri", THUMBNAIL, THUMBNAIL_ADDRESS)


def attachable_rules(draft: Draft) -> None:
    """A note, a file, or both; what it is attached to must exist (recorded for a missing estimate)."""
    row = draft.row
    if not row.get("Note") and not row.get("FileName"):
        raise faults.missing_parameter("Note")
    links = [{**link, "IncludeOnSend": bool(link.get("IncludeOnSend"))} for link in row.get("AttachableRef", ())]
    if links:
        row["AttachableRef"] = links
    for link in links:
        target = link.get("EntityRef", {})
        kind, key = str(target.get("type") or "").capitalize(), key_of(target)
        known = next((name for name in draft.company.tables if name.lower() == kind.lower()), kind)
        if kind and key and draft.company.get(known, key) is None:
            raise faults.business(f"The entity {known} {key} that you are trying to link does not exist. {known} {key}")


ATTACHABLE = Kind("Attachable", operations=LIST | {"delete"}, rules=attachable_rules, kept=KEPT, is_bare=True)
