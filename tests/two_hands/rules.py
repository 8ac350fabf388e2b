"""Every rule that the two hands watch, as one line of the product that keeps it, and that line broken; pure data.

`test_rules.py` breaks each alone: the histories of one seed have to find it.
"""

from __future__ import annotations

from dataclasses import dataclass

from tests.mutation.safeguard import Safeguard


@dataclass(frozen=True)
class Rule:
    """What holds, the scene that shows it, the line that keeps it with the same line broken, and in which country."""

    says: str
    scene: str
    safeguard: Safeguard
    country: str = "US"


PLANNING, THREE_WAY, ADOPTION = "qbo/mapping/planning.py", "qbo/mapping/three_way.py", "sync/engine/prepare/adoption.py"


def _rule(says: str, scene: str, file: str, line: str, broken: str, country: str = "US") -> Rule:
    return Rule(says, scene, Safeguard(says, file, line, broken, ()), country)


RULES = (
    _rule(
        "an update says only what changed here",
        "each says something else",
        THREE_WAY,
        "            if name in self.here:\n",
        "            if True:\n",
    ),
    _rule(
        "what both changed on an invoice waits for a person",
        "both say the same thing otherwise",
        PLANNING,
        "    if sides:\n        return Plan(write, said, failures=(_conflict(invoice, sides),))\n    if comparison",
        "    if comparison",
    ),
    _rule(
        "what both changed of a customer or product waits for a person",
        "both correct an e-mail address",
        "qbo/mapping/list_planning.py",
        "(conflict(self.subject, sides),) if sides else ()",
        "()",
    ),
    _rule(
        "an income account that she chose for a product stays",
        "she moves a product to another account",
        "qbo/mapping/list_planning.py",
        "    if is_hers:\n        return replace(plan, kept=(*plan.kept, side))\n"
        "    if not is_changed_here and (held is None or held.active):\n        return plan\n",
        "",
    ),
    _rule(
        "what is void there does not live again",
        "she voids, the office writes",
        PLANNING,
        "    if is_void(now):\n",
        "    if False:\n",
    ),
    _rule(
        "what is deleted there is not made again without a person",
        "she deletes, the office writes",
        PLANNING,
        "    if there is None:\n        said = {**said,",
        "    if there is None or there.gone:\n        said = {**said,",
    ),
    _rule(
        "what is paid there keeps its amount and its customer",
        "paid there, and the price is changed here",
        PLANNING,
        "    if comparison.moves_money_or_customer and paid_by(now):",
        "    if False:",
    ),
    _rule(
        "what she put on our lines stays",
        "she puts classes on lines",
        THREE_WAY,
        "return {**kept, **ours, detail_type: {**detail, **ours[detail_type]}}",
        "return {**kept, **ours}",
    ),
    _rule(
        "our lines keep their Ids",
        "she puts classes on lines",
        THREE_WAY,
        'if key not in ("Amount", "Description", "LineNum", detail_type)}',
        'if key not in ("Id", "Amount", "Description", "LineNum", detail_type)}',
    ),
    _rule(
        "her own lines stay",
        "she adds a line, another changes",
        THREE_WAY,
        "                lines.append(line)\n                continue\n            j =",
        "                continue\n            j =",
    ),
    _rule(
        "a line of ours that she took off stays away",
        "she takes a line off, another changes",
        THREE_WAY,
        "        kept_away = self._removed_there()\n        lines +=",
        "        kept_away: set[int] = set()\n        lines +=",
    ),
    _rule(
        "her words in the memo stay",
        "she adds to the memo, so does the office",
        THREE_WAY,
        'changes["PrivateNote"] = marks.replace_section(note, there, self.said["memo"])',
        'changes["PrivateNote"] = self.said["memo"]',
    ),
    _rule(
        "what she changed while a new invoice was in doubt is hers",
        "the answer is lost, she changes what arrived, then the office does",
        ADOPTION,
        '    if differs is None and str(row.get("SyncToken")) != UNCHANGED:\n',
        "    if False:\n",
    ),
    _rule(
        "an invoice whose answer was lost is not made again",
        "the answer is lost, and the office changes what arrived",
        ADOPTION,
        "        ours |= {record_id: marked[0]} if marked else {}\n",
        "",
    ),
    _rule(
        "a number that another invoice holds there is not given again",
        "both want one number for two invoices",
        "qbo/mapping/preflight.py",
        "    if not number or not holder or (there and there.qbo_id == holder):\n",
        "    if True:\n",
    ),
    _rule(
        "the survivor of a merge is linked, not a third customer made",
        "she merges a customer who gets another invoice",
        "sync/engine/prepare/customers.py",
        "return {key: by_id[qbo_id] for key, qbo_id in elsewhere.items() if qbo_id in by_id}",
        "return {}",
    ),
    _rule(
        "what a merge left of a product is linked, and nothing stops",
        "she merges a product that gets another invoice",
        "sync/engine/prepare/merged_items.py",
        "return {item_id: free[qbo_id] for item_id, qbo_id in moved.items() if qbo_id in free}",
        "return {}",
    ),
    _rule(
        "a merge of products asks nothing about a line that only the office changed",
        "she merges a product, and its price is changed on an invoice",
        THREE_WAY,
        "    if NOT_THERE in (ours, theirs):\n        return",
        "    if True:\n        return",
    ),
    _rule(
        "a customer who is there by name is not made a second time",
        "a customer is there by name",
        "qbo/mapping/matching.py",
        "    if len(possible) == 1 and not also and not customer.email.strip() and not _emails(possible[0]):\n"
        "        return Match(row=possible[0])\n",
        "    if len(possible) == 1 and not also and not customer.email.strip() and not _emails(possible[0]):\n"
        "        return Match(taken=True)\n",
    ),
    _rule(
        "a product that is there by name is not made a second time",
        "a product is there by name",
        "qbo/mapping/matching.py",
        "    if len(free) == 1 and not rivals:\n        return Match(row=_row(free[0]))\n",
        "    if len(free) == 1 and not rivals:\n        return Match(taken=True)\n",
    ),
    _rule(
        "a link holds for one company",
        "another company is used",
        "qbo/mapping/loading.py",
        "Link.objects.filter(reduce(or_, these), connection=connection, realm_id=connection.realm_id)",
        "Link.objects.filter(reduce(or_, these), connection=connection)",
    ),
    _rule(
        "with Sync invoices off nothing goes",
        "the sync is off",
        "sync/models/events.py",
        "        rows = self.exclude(connection__settings__sync_invoices=False)\n",
        "        rows = self\n",
    ),
    _rule(
        "a change of what is there is owed, whatever was dismissed",
        "what was dismissed is changed again",
        "sync/outbox/enqueueing.py",
        "            if not there.filter(record_id=name.record_id).exists():\n                return\n",
        "            return\n",
    ),
    _rule(
        "what a person kept of hers is not sent over later",
        "hers is kept",
        "sync/operations/deciding.py",
        "base_kept(base, theirs, said) if is_invoice",
        "base_kept(base, base.row, base.said) if is_invoice",
    ),
    _rule(
        "a cent stops where the shop wants it to",
        "a cent is to stop",
        PLANNING,
        "    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)\n"
        "    if there is None:\n",
        "    allowed = rounding_allowed(invoice, book.company)\n    if there is None:\n",
        "CA",
    ),
    _rule(
        "a cent is a remark where the shop leaves it at that",
        "a cent is a remark",
        PLANNING,
        "    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)\n"
        "    if there is None:\n",
        "    allowed = ZERO\n    if there is None:\n",
        "CA",
    ),
    _rule(
        "the log tells of what is no longer there",
        "she deletes, the office writes",
        "sync/log/holding.py",
        "    if there.gone:\n",
        "    if False:\n",
    ),
    _rule(
        "reconcile tells of another customer",
        "she moves an invoice",
        "qbo/mapping/comparing.py",
        '"customer": their_customer if invoice.is_void else our_customer,',
        '"customer": their_customer,',
    ),
    _rule(
        "reconcile tells of a void",
        "she voids, and nobody else does anything",
        "qbo/mapping/comparing.py",
        "    if is_void(row) != invoice.is_void and (is_void(row) or there.total):\n",
        "    if False:\n",
    ),
)


def _of_payments(
    says: str, file: str, line: str, broken: str, *, more: tuple[tuple[str, str], ...] = (), **beginning: object
) -> tuple[Safeguard, dict[str, object]]:
    return Safeguard(says, file, line, broken, (), more), beginning


# With this the office is asked whether the two are the same payment, so nothing is recorded twice.
NOT_ASKED = ("    if twin := _twin(hearing, row, parts):\n", "    if False:\n")


# Those of the hands with payments, each with what is drawn otherwise at the beginning of the history that shows it.
# That the same money on both sides is told has two guards, each enough by itself: no line of it is here.
OF_PAYMENTS = (
    _of_payments(
        "an amount that she corrected waits for a person",
        "qbo/mapping/payments.py",
        "frozenset(here | MONEY)",
        "frozenset(here)",
        by="office",
        hers="corrects",
        ours="reference",
    ),
    _of_payments(
        "a payment of ours whose answer was lost does not come back as hers",
        "sync/inbound/payments/receiving.py",
        "if not is_void(row) and not _is_marked(hearing, row)]",
        "if not is_void(row)]",
        more=(NOT_ASKED,),
        by="office",
        lost=True,
    ),
    _of_payments(
        "a payment that we have is not recorded again",
        "sync/inbound/payments/receiving.py",
        "        rows.pop(qbo_id)\n",
        "        pass\n",
        by="bookkeeper",
        mail="doubled",
    ),
    _of_payments(
        "what was received there is not sent back",
        "sync/inbound/payments/receiving.py",
        '    link_received(hearing, payment, row)\n    forget_untaken(hearing, [str(row["Id"])])\n',
        '    forget_untaken(hearing, [str(row["Id"])])\n',
        by="bookkeeper",
    ),
    _of_payments(
        "one of hers that is void there is void here",
        "sync/inbound/payments/following.py",
        '        _void(hearing, payment, link, "Voided in QuickBooks, so it is void here too", row)\n',
        "        _renew(link, row)\n",
        by="bookkeeper",
        hers="void",
    ),
    _of_payments(
        "one of hers that was deleted there is void here",
        "sync/inbound/payments/following.py",
        '        _void(hearing, payment, link, "Deleted in QuickBooks, so it is void here too", None)\n',
        "",
        by="bookkeeper",
        hers="delete",
    ),
    _of_payments(
        "one of ours that is void there waits for a person",
        "sync/inbound/payments/following.py",
        "    if (is_void(row) and not payment.is_void) or sides:\n",
        "    if sides:\n",
        by="office",
        hers="void",
    ),
    _of_payments(
        "one that both had voided and that she brought back just as it was is told",
        "qbo/mapping/plans.py",
        "        return Plan(adopts=replace(there.base, row=there.theirs) if there.base and there.theirs else None)\n",
        "        return Plan()\n",
        by="office",
        hers="void",
        ours="void",
        is_back=True,
    ),
)
