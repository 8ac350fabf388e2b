"""Every rule that the two hands watch, as one line of the product that keeps it, and that line broken; pure data.

`test_rules.py` breaks each alone: the histories of one seed have to find it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutation.safeguard import Safeguard


@dataclass(frozen=True)
class Rule:
    """What holds, the line that keeps it with the same line broken, and where histories have to find that."""

    says: str
    safeguard: Safeguard
    country: str = "US"


PLANNING, ADOPTION = "qbo/mapping/planning.py", "sync/engine/prepare/adoption.py"


def _rule(says: str, file: str, line: str, broken: str, country: str = "US") -> Rule:
    return Rule(says, Safeguard(says, file, line, broken, ()), country)


RULES = (
    _rule(
        "an update says only what changed here",
        PLANNING,
        "            if name in self.here:\n",
        "            if True:\n",
    ),
    _rule(
        "what both changed on an invoice waits for a person",
        PLANNING,
        "    if sides:\n        return Plan(write, said, failures=(_conflict(invoice, sides),))\n    if comparison",
        "    if comparison",
    ),
    _rule(
        "what both changed of a customer or product waits for a person",
        "qbo/mapping/list_planning.py",
        "(conflict(self.subject, sides),) if sides else ()",
        "()",
    ),
    _rule("what is void there does not live again", PLANNING, "    if is_void(now):\n", "    if False:\n"),
    _rule(
        "what is deleted there is not made again without a person",
        PLANNING,
        "    if there is None:\n        said = {**said,",
        "    if there is None or there.gone:\n        said = {**said,",
    ),
    _rule(
        "what is paid there keeps its amount and its customer",
        PLANNING,
        "    if comparison.moves_money_or_customer and is_paid(now):",
        "    if False:",
    ),
    _rule(
        "what she put on our lines stays",
        PLANNING,
        "return {**kept, **ours, detail_type: {**detail, **ours[detail_type]}}",
        "return {**kept, **ours}",
    ),
    _rule(
        "our lines keep their Ids",
        PLANNING,
        'if key not in ("Amount", "Description", "LineNum", detail_type)}',
        'if key not in ("Id", "Amount", "Description", "LineNum", detail_type)}',
    ),
    _rule(
        "her own lines stay",
        PLANNING,
        "                lines.append(line)\n                continue\n            j =",
        "                continue\n            j =",
    ),
    _rule(
        "a line of ours that she took off stays away",
        PLANNING,
        "        kept_away = self._removed_there()\n        lines +=",
        "        kept_away: set[int] = set()\n        lines +=",
    ),
    _rule(
        "her words in the memo stay",
        PLANNING,
        'changes["PrivateNote"] = marks.replace_section(note, there, self.said["memo"])',
        'changes["PrivateNote"] = self.said["memo"]',
    ),
    _rule(
        "what she changed while a new invoice was in doubt is hers",
        ADOPTION,
        '    if differs is None and str(row.get("SyncToken")) != "0":\n',
        "    if False:\n",
    ),
    _rule(
        "an invoice whose answer was lost is not made again",
        ADOPTION,
        "        ours |= {record_id: marked[0]} if marked else {}\n",
        "",
    ),
    _rule(
        "a number that another invoice holds there is not given again",
        "qbo/mapping/preflight.py",
        "    if not number or not holder or (there and there.qbo_id == holder):\n",
        "    if True:\n",
    ),
    _rule(
        "the survivor of a merge is linked, not a third customer made",
        "sync/engine/prepare/customers.py",
        "return {key: by_id[qbo_id] for key, qbo_id in elsewhere.items() if qbo_id in by_id}",
        "return {}",
    ),
    _rule(
        "a customer who is there by name is not made a second time",
        "qbo/mapping/matching.py",
        "    if len(possible) == 1 and not also and not customer.email.strip() and not _emails(possible[0]):\n"
        "        return Match(row=possible[0])\n",
        "    if len(possible) == 1 and not also and not customer.email.strip() and not _emails(possible[0]):\n"
        "        return Match(taken=True)\n",
    ),
    _rule(
        "a product that is there by name is not made a second time",
        "qbo/mapping/matching.py",
        "    if len(free) == 1 and not rivals:\n        return Match(row=_row(free[0]))\n",
        "    if len(free) == 1 and not rivals:\n        return Match(taken=True)\n",
    ),
    _rule(
        "a link holds for one company",
        "qbo/mapping/loading.py",
        'here = {"connection": connection, "realm_id": connection.realm_id}',
        'here = {"connection": connection}',
    ),
    _rule(
        "with Sync invoices off nothing goes",
        "qbo/models/settings.py",
        "        return not cls.objects.filter(connection=connection, sync_invoices=False).exists()\n",
        "        return True\n",
    ),
    _rule(
        "a change of what is there is owed, whatever was dismissed",
        "sync/outbox/enqueueing.py",
        "            if not there.filter(record_id=name.record_id).exists():\n                return\n",
        "            return\n",
    ),
    _rule(
        "what a person kept of hers is not sent over later",
        "sync/deciding.py",
        "    _store(link, base_kept(base, theirs, said))\n",
        "    _store(link, base_kept(base, base.row, base.said))\n",
    ),
    _rule(
        "a cent stops where the shop wants it to",
        PLANNING,
        "    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)\n"
        "    if there is None:\n",
        "    allowed = rounding_allowed(invoice, book.company)\n    if there is None:\n",
        "CA",
    ),
    _rule(
        "a cent is a remark where the shop leaves it at that",
        PLANNING,
        "    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)\n"
        "    if there is None:\n",
        "    allowed = ZERO\n    if there is None:\n",
        "CA",
    ),
    _rule(
        "the log tells of what is no longer there",
        "sync/log/holding.py",
        "    if there.gone:\n",
        "    if False:\n",
    ),
    _rule(
        "reconcile tells of another customer",
        "qbo/mapping/comparing.py",
        '"customer": theirs["customer"] if is_same_customer else invoice.customer.display_name,',
        '"customer": theirs["customer"],',
    ),
    _rule(
        "reconcile tells of a void",
        "qbo/mapping/comparing.py",
        "    if is_void(row) != invoice.is_void and (is_void(row) or there.total):\n",
        "    if False:\n",
    ),
)
