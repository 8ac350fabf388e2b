"""A recording played against the emulator: the same calls in the same order, and how the answers differ."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.messages import Request, Response
from qbo_emulator.record.comparing import differences
from qbo_emulator.record.exchange import Exchange
from qbo_emulator.router import Emulator


@dataclass
class Outcome:
    exchange: Exchange
    differences: list[str]
    was_played: bool = True


@dataclass
class Replay:
    """Plays exchanges one by one and maps the recorded ids to ours."""

    emulator: Emulator
    ids: dict[tuple[str, str], str] = field(default_factory=dict)  # (entity, recorded id) -> ours
    tokens: dict[tuple[str, str], str] = field(default_factory=dict)  # (entity, our id) -> our SyncToken

    def play(self, exchanges: Iterable[Exchange]) -> Iterator[Outcome]:
        for one in exchanges:
            if not one.is_whole:
                yield Outcome(one, [], was_played=False)
                continue
            answer = self.emulator.handle(self.request(one))
            yield Outcome(one, list(self.compare(one, answer)))

    def request(self, one: Exchange) -> Request:
        path = one.path.replace("REALM", self.emulator.realm_id)
        parts = path.split("/")
        if len(parts) > 5:
            parts[5] = self.ids.get((parts[4].lower(), parts[5]), parts[5])
        token = f"Bearer {self.emulator.access_token}"
        headers = {**one.headers, "authorization": token}
        target = "/".join(parts) + (f"?{one.query}" if one.query else "")
        entity = parts[4].lower() if len(parts) > 4 else ""
        return Request.to(one.method, target, headers=headers, body=self.body(one.body, entity))

    def body(self, body: object, entity: str) -> bytes:
        if body is None:
            return b""
        return (body if isinstance(body, str) else dumps(self.translated(body, entity))).encode()

    def translated(self, value: object, entity: str) -> object:
        """`value` with the ids that ours have in place of the recorded ones, and the SyncTokens that go with them."""
        if isinstance(value, list):
            return [self.translated(one, entity) for one in value]
        if not isinstance(value, dict):
            return value
        made = {name: self.translated(one, entity_of(name, entity)) for name, one in value.items()}
        if "Id" in value and "SyncToken" in value:
            made["Id"] = self.ids.get((entity, str(value["Id"])), value["Id"])
            made["SyncToken"] = self.tokens.get((entity, str(made["Id"])), value["SyncToken"])
        if "value" in value:
            made["value"] = self.ids.get((entity, str(value["value"])), value["value"])
        if "TxnId" in value:
            kind = str(value.get("TxnType", "")).lower()
            made["TxnId"] = self.ids.get((kind, str(value["TxnId"])), value["TxnId"])
        return made

    def compare(self, one: Exchange, answer: Response) -> Iterator[str]:
        if answer.status != one.status:
            yield f"HTTP {answer.status}, recorded as {one.status}"
        try:
            ours = loads(answer.body) if answer.content is None else None
        except ValueError:
            ours = answer.body
        if isinstance(one.answer, (dict, list)) and isinstance(ours, (dict, list)):
            self.learn(one.answer, ours)
            yield from differences(one.answer, ours)
        elif isinstance(one.answer, str) != isinstance(ours, str):
            yield "the answer is of another form"

    def learn(self, recorded: object, ours: object) -> None:
        """Which of our ids matches which of theirs, from answers to the same call."""
        if isinstance(recorded, list) and isinstance(ours, list):
            for theirs, mine in zip(recorded, ours):
                self.learn(theirs, mine)
        if not isinstance(recorded, dict) or not isinstance(ours, dict):
            return
        for name in recorded.keys() & ours.keys():
            theirs, mine = recorded[name], ours[name]
            if isinstance(theirs, dict) and isinstance(mine, dict) and "Id" in theirs and "Id" in mine:
                self.ids[name.lower(), str(theirs["Id"])] = str(mine["Id"])
                self.tokens[name.lower(), str(mine["Id"])] = str(mine.get("SyncToken", "0"))
            elif name in ("BatchItemResponse", "QueryResponse", "CDCResponse"):
                self.learn(theirs, mine)


def entity_of(name: str, otherwise: str) -> str:
    """The entity that a property points at: CustomerRef is of a customer."""
    if name.endswith("Ref"):
        return name.removesuffix("Ref").lower()
    return name.lower() if name[:1].isupper() and name in ENTITIES else otherwise


ENTITIES = frozenset(
    (
        *("Customer", "Vendor", "Employee", "Item", "Account", "Invoice", "Payment", "CreditMemo", "Estimate"),
        *("SalesReceipt", "RefundReceipt", "Bill", "BillPayment", "Purchase", "PurchaseOrder", "VendorCredit"),
        *("Deposit", "JournalEntry", "Transfer", "Term", "Class", "Department", "PaymentMethod", "TimeActivity"),
        *("TaxAgency", "Attachable"),
    )
)


def told(outcomes: Iterable[Outcome]) -> Iterator[str]:
    """What a person reads: a line for each exchange, those that differ with what differs, and a sum."""
    alike = count = 0
    for outcome in outcomes:
        one = outcome.exchange
        count += outcome.was_played
        alike += outcome.was_played and not outcome.differences
        mark = "differs" if outcome.differences else "alike" if outcome.was_played else "left"
        yield f"{mark:8}{one.method} {one.path}{'?' if one.query else ''}{one.query} {one.status}"
        yield from (f"        {line}" for line in outcome.differences)
    yield f"{alike} of {count} exchanges are alike."
