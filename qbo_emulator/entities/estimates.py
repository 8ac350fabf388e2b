"""Estimates that an invoice was made from: closed by it, open again without it; knows no other form."""

from __future__ import annotations

from qbo_emulator.books.company import Put, Row
from qbo_emulator.entities.kind import Draft


def close_estimates(draft: Draft) -> None:
    """Each estimate that the invoice is linked to is closed and points back at it (recorded); others open again."""
    if draft.kind.name != "Invoice":
        return
    before, after = estimates_of(draft.before), estimates_of(draft.row)
    for key in {**before, **after}:
        estimate = draft.company.get("Estimate", key)
        if estimate and (key in before) != (key in after):
            draft.also.append(Put("Estimate", seen_from(draft, estimate, linked=key in after)))


def estimates_of(invoice: Row | None) -> dict[str, None]:
    links = invoice.get("LinkedTxn", ()) if invoice else ()
    return dict.fromkeys(str(link["TxnId"]) for link in links if link.get("TxnType") == "Estimate")


def seen_from(draft: Draft, estimate: Row, *, linked: bool) -> Row:
    """`estimate` with or without the invoice in progress, and the status that follows."""
    link = {"TxnId": draft.row["Id"], "TxnType": "Invoice"}
    links = [one for one in estimate.get("LinkedTxn", []) if one != link] + ([link] if linked else [])
    status = "Closed" if links else draft.company.switch("estimate_left_alone")
    return {**estimate, "LinkedTxn": links, "TxnStatus": status}
