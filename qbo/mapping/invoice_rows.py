"""An invoice as it stands in QuickBooks: its state, whose its lines are, and the base made of it; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher

from qbo.json_objects import Row
from qbo.mapping import marks
from qbo.mapping.base import INVOICE_FIELDS, TARGET, Base, Said, cents, fields_of, plain, reference

MONEY = ("lines", "discount", "tax")
# The payload keys of each field. Lines, discount and tax are sent together, because each changes the total.
KEYS: Mapping[str, tuple[str, ...]] = {
    "customer": ("CustomerRef",),
    "date": ("TxnDate",),
    "due date": ("DueDate",),
    "terms": ("SalesTermRef",),
    "number": ("DocNumber",),
    "e-mail": ("BillEmail",),
    "billing address": ("BillAddr",),
    "service address": ("ShipAddr",),
    "message": ("CustomerMemo",),
    "memo": ("PrivateNote",),
}
# The value that clears a field in a sparse update; leaving the field out would keep it.
CLEARED: Mapping[str, object] = {
    "BillEmail": {"Address": ""},
    "CustomerMemo": {"value": ""},
    "BillAddr": {"Line1": "", "Line2": "", "City": "", "CountrySubDivisionCode": "", "PostalCode": "", "Country": ""},
    "ShipAddr": {"Line1": "", "Line2": "", "City": "", "CountrySubDivisionCode": "", "PostalCode": "", "Country": ""},
}
DISCOUNT = "discount"
# The Id of a line that we have sent, and of which nobody has seen the Id there.
NEVER_SEEN = "line "
# Only during an update: the Id of each line that it sends, "" for a new one.
LINE_IDS = "line_ids"


def is_void(row: Row) -> bool:
    """A voided invoice is still there, with every amount 0 and "Voided" in its memo (as recorded)."""
    if cents(row.get("TotalAmt")) != "0.00":
        return False
    return any(line.lower().startswith("voided") for line in note_of(row).splitlines())


def note_of(row: Row) -> str:
    """The memo without trailing spaces, as notes are compared."""
    return "\n".join(marks.lines_of(str(row.get("PrivateNote") or "")))


def own_lines(row: Row) -> list[Row]:
    """The lines of an invoice that somebody entered: all except the subtotal, which QuickBooks adds."""
    return [line for line in row.get("Line") or () if line.get("DetailType") != "SubTotalLineDetail"]


def is_discount(line: Row) -> bool:
    return line.get("DetailType") == "DiscountLineDetail"


def is_percentage(line: Row) -> bool:
    """A discount whose amount follows the other lines."""
    return bool((line.get("DiscountLineDetail") or {}).get("PercentBased"))


def held_line(line: Row) -> tuple[str, ...]:
    """The parts of a line that are ours: product, quantity, rate, amount, description and tax code."""
    detail = line.get("SalesItemLineDetail") or {}
    return (
        reference(detail, "ItemRef"),
        cents(line.get("Amount")),
        plain(line.get("Description")),
        reference(detail, "TaxCodeRef"),
    )


def line_ids(row: Row, payload_lines: Sequence[Row], *, hers: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """The Ids of our lines in QuickBooks, in our order; `hers`: Ids known to be the bookkeeper's.

    QuickBooks keeps the order of what was sent, so new lines are identified by their content, then by their order.
    """
    free = [line for line in own_lines(row) if str(line.get("Id")) not in hers and not is_discount(line)]
    ids: list[str] = []
    for wanted in (line for line in payload_lines if not is_discount(line)):
        found = next((line for line in free if wanted.get("Id") and line.get("Id") == wanted["Id"]), None)
        found = found or next((line for line in free if held_line(line) == held_line(wanted)), None)
        found = found or (free[0] if free and not wanted.get("Id") else None)
        if found is not None:
            free.remove(found)
        ids.append(str(found["Id"]) if found is not None else "")
    return tuple(ids)


def holds(row: Row, written: Row) -> bool:
    """Whether `row` has everything that our update sent: then the update arrived."""
    ours, theirs = fields_of(written, INVOICE_FIELDS), fields_of(row, INVOICE_FIELDS)
    keys = {name: keys[0] for name, keys in KEYS.items()}
    if any(ours[name] != theirs[name] for name in INVOICE_FIELDS if keys[name] in written):
        return False
    if "PrivateNote" in written and note_of(written) != note_of(row):
        return False
    return "Line" not in written or list(map(held_line, own_lines(written))) == list(map(held_line, own_lines(row)))


def base_after(row: Row, said: Said, written: Row, *, before: Base | None = None) -> Base:
    """The base after `written` was answered with `row`, or `row` was found to be what we had written."""
    known = said.get(LINE_IDS)
    said = {name: value for name, value in said.items() if name != LINE_IDS}
    if "Line" not in written:
        ids = before.line_ids if before else ()
        return Base(said, row, ids)
    if known is not None:
        new = [line for line in written["Line"] if not line.get("Id")]
        there = frozenset(str(line["Id"]) for line in written["Line"] if line.get("Id"))
        given = iter(line_ids(row, new, hers=there))
        return Base(said, row, tuple(qbo_id or next(given, "") for qbo_id in known))
    ours_before = set(before.line_ids) if before else set()
    hers = frozenset(str(line["Id"]) for line in written["Line"] if line.get("Id") and line["Id"] not in ours_before)
    ours = [line for line in written["Line"] if str(line.get("Id", "")) not in hers]
    return Base(said, row, line_ids(row, ours, hers=hers))


# The version of a record that was created and not changed since.
UNCHANGED = "0"
# Other fields that we leave out QuickBooks fills in itself: the due date, the addresses, the terms, the number.
EMPTY_UNLESS_SENT = (KEYS["message"][0],)


def base_of_create(row: Row, said: Said, written: Row) -> Base:
    """The base of an invoice that was found there, made by `written`, whose answer nobody saw.

    QuickBooks held what was sent; what differs now somebody changed since.
    """
    base = base_after(row, said, written)
    if str(row.get("SyncToken")) == UNCHANGED:
        return base
    ours, theirs = fields_of(written, INVOICE_FIELDS), fields_of(row, INVOICE_FIELDS)
    changed = {KEYS[name][0] for name in INVOICE_FIELDS if ours[name] != theirs[name]} | {"PrivateNote"}
    then = {key: written[key] for key in changed if key in written}
    sent = [line for line in written["Line"] if not is_discount(line)]
    by_id = {qbo_id: line for qbo_id, line in zip(base.line_ids, sent, strict=False) if qbo_id}
    lines = [
        line if held_line(line) == held_line(by_id[str(line["Id"])]) else {**by_id[str(line["Id"])], "Id": line["Id"]}
        for line in own_lines(row)
        if str(line.get("Id")) in by_id
    ]
    held = {key: value for key, value in row.items() if key in written or key not in EMPTY_UNLESS_SENT}
    lines += filter(is_discount, written["Line"])
    return replace(base, row={**held, **then, "Line": lines, "SyncToken": UNCHANGED})


def base_of_update(row: Row, said: Said, written: Row, *, before: Base) -> Base:
    """As `base_after`, where nobody saw the answer: what `written` did not say is as it was known before."""
    keys = {*written} - {*TARGET}
    keys |= {"TxnTaxDetail", "TotalAmt"} if "Line" in written else set()
    base = base_after(row, said, written, before=before)
    return replace(base, row={**before.row, **{key: row[key] for key in keys if key in row}})


def base_if_arrived(before: Base, said: Said, written: Row) -> Base:
    """As `Base.if_arrived`; each line that `written` adds has a place of its own and an Id that is nowhere there."""
    base = before.if_arrived(written)
    if "Line" not in written:
        return base
    count = len(before.said.get("lines", []))
    lines, ids = [*before.said.get("lines", [])], _filled(before.line_ids, count)
    identities = _filled(before.said.get("line_identities", ()), count)
    new = [j for j, qbo_id in enumerate(said[LINE_IDS]) if not qbo_id]
    named = {j: f"{NEVER_SEEN}{j}" for j in new}
    row, names = list[Row](), iter(named.values())
    for line in written["Line"]:
        is_new = not (line.get("Id") or is_discount(line))
        row.append({**line, "Id": next(names, "")} if is_new else line)
    for j in new:
        if named[j] not in ids:
            lines.append([])
            ids.append(named[j])
            identities.append(said["line_identities"][j])
    tax = {**written.get("TxnTaxDetail", {}), "TotalTax": said["tax"]}
    known = {**before.said, "lines": lines, "line_identities": identities}
    return replace(base, said=known, line_ids=tuple(ids), row={**base.row, "Line": row, "TxnTaxDetail": tax})


def _filled(given: Sequence[str], count: int) -> list[str]:
    return [*given, *[""] * count][: max(count, len(given))]


def base_kept(base: Base, theirs: Row, said: Said) -> Base:
    """QuickBooks' values are right: its current row and what we would send now become the base."""
    there = {str(line.get("Id")) for line in own_lines(theirs)}
    ids = [""] * len(said.get("lines", []))
    for position, j in aligned(base.said, said).items():
        if j is not None and position < len(base.line_ids) and base.line_ids[position] in there:
            ids[j] = base.line_ids[position]
    return replace(base.keep_theirs(theirs, said), line_ids=tuple(ids))


def aligned(said_then: Said, said_now: Said) -> dict[int, int | None]:
    """For each line that we sent then, the line that it is now; None if it was removed.

    The line that staff edited is the same line, whatever it says now. Others (in a base from before lines had an
    identity, or typed again) are known by all that they say, else by product and description, else by their words and
    their place between those; lines of a discount among themselves.
    """
    then, now = (said.get("lines", []) for said in (said_then, said_now))
    pairs: dict[int, int | None] = dict.fromkeys(range(len(then)))
    place_now = {identity: j for j, identity in enumerate(said_now.get("line_identities", ())) if identity}
    pairs |= {i: place_now.get(identity) for i, identity in enumerate(said_then.get("line_identities", ()))}
    for lessens in (False, True):
        before = [i for i, line in enumerate(then) if (DISCOUNT in line[-1:]) == lessens]
        after = [j for j, line in enumerate(now) if (DISCOUNT in line[-1:]) == lessens]
        for known_by in (tuple, _product_and_description):
            pairs |= _alike(before, after, pairs, [known_by(line) for line in then], [known_by(line) for line in now])
        # What was paired is the same; what was not is told apart from everything.
        same = {j: i for i, j in pairs.items() if j is not None}
        words = (
            [(i,) if pairs[i] is not None else (i, "then") for i in before],
            [(same[j],) if j in same else (j, "now") for j in after],
        )
        for tag, i1, i2, j1, j2 in SequenceMatcher(None, *words, autojunk=False).get_opcodes():
            if tag == "replace":
                left = [i for i in before[i1:i2] if pairs[i] is None], [j for j in after[j1:j2] if j not in same]
                pairs |= _most_alike(*left, then, now)
    return pairs


def _most_alike(
    before: Sequence[int], after: Sequence[int], then: Sequence[Sequence[object]], now: Sequence[Sequence[object]]
) -> dict[int, int]:
    """By place where nothing was taken off or added; else each of the fewer with the line whose words are closest."""
    if len(before) == len(after):
        return dict(zip(before, after, strict=True))
    was, words = (
        {one: " ".join(map(str, lines[one])) for one in some} for lines, some in ((then, before), (now, after))
    )
    closeness = {(i, j): SequenceMatcher(None, was[i], words[j], False).ratio() for i in before for j in after}
    found: dict[int, int] = {}
    for i, j in sorted(closeness, key=lambda pair: -closeness[pair]):
        if i not in found and j not in found.values():
            found[i] = j
    return found


def _product_and_description(line: Sequence[object]) -> tuple[object, ...]:
    return tuple(line[place] for place in (0, 4) if len(line) > place)


def _alike(
    before: Sequence[int],
    after: Sequence[int],
    pairs: Mapping[int, int | None],
    then: Sequence[object],
    now: Sequence[object],
) -> dict[int, int | None]:
    """Those not paired yet that say the same, in their order."""
    taken = set(pairs.values())
    free = [j for j in after if j not in taken]
    found: dict[int, int | None] = {}
    for i in before:
        j = next((j for j in free if now[j] == then[i]), None) if pairs[i] is None else None
        if j is not None:
            free.remove(j)
            found[i] = j
    return found
