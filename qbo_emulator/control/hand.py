"""The bookkeeper: changes a company as its people would, and orders faults; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal, InvalidOperation

from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Company, Put, Row, Set
from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.books.switches import SWITCHES, accepts
from qbo_emulator.control.arguments import (
    Refused,
    boolean,
    breakage_from,
    entity_named,
    name_field,
    name_in,
    number,
    read_date,
    reference,
)
from qbo_emulator.control.records import RECORD_COMMANDS
from qbo_emulator.entities import operations
from qbo_emulator.entities.references import key_of, pointing
from qbo_emulator.entities.registry import KINDS
from qbo_emulator.faults import QboFault
from qbo_emulator.founding import seed
from qbo_emulator.webhooks.delivery import may_be_told
from qbo_emulator.world.breakage import FIELDS, NAMES
from qbo_emulator.world.world import World


class Hand:
    """One command on one company at one moment."""

    def __init__(self, world: World, company: Company, at: datetime) -> None:
        self.world, self.company, self.at = world, company, at

    # the lists

    def find(self, entity: str, given: JsonObject) -> Row:
        """The row with `id` or `name`, also an inactive one."""
        rows = self.company.tables[entity]
        if given.get("id"):
            row = rows.rows.get(str(given["id"]))
        else:
            name = str(given.get("name") or "")
            named = [
                *rows.with_text(name_field(entity), name),
                *rows.with_text(name_field(entity), f"{name} (deleted)"),
            ]
            row = named[0] if named else None
        if row is None:
            raise Refused(f"There is no {entity} {given.get('id') or given.get('name')!r}.")
        return row

    def add(self, entity: str, fields: Row) -> Row:
        options = frozenset(("allowduplicatedocnum",))
        return operations.create(self.company, KINDS[entity], fields, at=self.at, options=options)

    def change(self, entity: str, row: Row, fields: Row) -> Row:
        return operations.update(
            self.company, KINDS[entity], {**fields, "sparse": True}, row, at=self.at, options=frozenset()
        )

    def put(self, entity: str, row: Row) -> Row:
        """Writes a row without the rules, for what the API cannot do."""
        times = {**row.get("MetaData", {}), "LastUpdatedTime": stamp(self.at)}
        token = str(int(row["SyncToken"]) + 1) if "SyncToken" in row else "0"
        times.setdefault("CreateTime", stamp(self.at))
        written = {**row, "domain": "QBO", "sparse": False, "SyncToken": token, "MetaData": times}
        self.company.commit([Put(entity, written)])
        return written

    def prefer(self, group: str, **fields: object) -> None:
        row = self.company.preferences
        merged = {**row.get(group, {}), **fields}
        self.put(
            "Preferences",
            {**row, group: {name: value for name, value in merged.items() if value is not None}},
        )

    # what the bookkeeper sets

    def close_books(self, given: JsonObject) -> Row:
        day = given.get("date") or None
        if day is not None:
            day = read_date(day)
        self.prefer("AccountingInfoPrefs", BookCloseDate=day)
        return {"date": day}

    def sales_tax(self, given: JsonObject) -> Row:
        on = boolean(given, "on")
        automated = self.company.preference("TaxPrefs", "PartnerTaxEnabled") is not None
        self.prefer("TaxPrefs", UsingSalesTax=on, **({"PartnerTaxEnabled": on} if automated else {}))
        return {"on": on}

    def automated_sales_tax(self, given: JsonObject) -> Row:
        on = boolean(given, "on")
        self.prefer("TaxPrefs", PartnerTaxEnabled=True if on else None)
        return {"on": on}

    def custom_numbers(self, given: JsonObject) -> Row:
        on = boolean(given, "on")
        self.prefer("SalesFormsPrefs", CustomTxnNumbers=on)
        return {"on": on}

    def duplicate_number_check(self, given: JsonObject) -> Row:
        on = boolean(given, "on")
        self.company.commit([Set("duplicate_number_check", on)])
        return {"on": on}

    def subscription(self, given: JsonObject) -> Row:
        status = str(given.get("status") or "SUBSCRIBED").upper()
        self.company.commit([Set("subscription", status)])
        info = self.company.get("CompanyInfo", "1") or {}
        pairs = [pair for pair in info["NameValue"] if pair["Name"] != "SubscriptionStatus"]
        self.put("CompanyInfo", {**info, "NameValue": [{"Name": "SubscriptionStatus", "Value": status}, *pairs]})
        return {"status": status}

    def preference(self, given: JsonObject) -> Row:
        self.prefer(str(given["group"]), **{str(given["name"]): given.get("value")})
        return {"preferences": self.company.preferences}

    # what the bookkeeper does to lists

    def deactivate(self, given: JsonObject) -> Row:
        return self._activate(given, False)

    def reactivate(self, given: JsonObject) -> Row:
        return self._activate(given, True)

    def _activate(self, given: JsonObject, active: bool) -> Row:
        entity = entity_named(given.get("entity"))
        row = self.find(entity, given)
        if "update" in KINDS[entity].operations:
            return {"row": self.change(entity, row, {"Active": active})}
        return {"row": self.put(entity, {**row, "Active": active})}

    def delete_customer(self, given: JsonObject) -> Row:
        return {"row": self.change("Customer", self.find("Customer", given), {"Active": False})}

    def merge_customers(self, given: JsonObject) -> Row:
        """The loser's documents move to the survivor, and the loser is deleted."""
        loser = self.find("Customer", reference(given.get("loser")))
        survivor = self.find("Customer", reference(given.get("survivor")))
        if loser["Id"] == survivor["Id"]:
            raise Refused("A customer cannot be merged with itself.")
        _refuse_inactive(loser, survivor)
        pointing = {"value": survivor["Id"], "name": survivor["FullyQualifiedName"]}
        moved = self._point_elsewhere("CustomerRef", loser["Id"], pointing)
        for row in [row for row in self.company.rows("Customer") if key_of(row.get("ParentRef")) == loser["Id"]]:
            self.change("Customer", row, {"ParentRef": pointing})
        self.change("Customer", loser, {"Active": False})
        merged = {**self.company.setting("merged", {}), loser["Id"]: survivor["Id"]}
        self.company.commit([Set("merged", merged)])
        return {"loser": loser["Id"], "survivor": survivor["Id"], "moved": moved}

    def merge_items(self, given: JsonObject) -> Row:
        """The lines of the loser move to the survivor, and the loser becomes inactive."""
        loser = self.find("Item", reference(given.get("loser")))
        survivor = self.find("Item", reference(given.get("survivor")))
        if loser["Id"] == survivor["Id"] or loser["Type"] != survivor["Type"]:
            raise Refused("A product can be merged with another one of its type.")
        _refuse_inactive(loser, survivor)
        moved = self._point_elsewhere("ItemRef", loser["Id"], pointing(survivor, "FullyQualifiedName"))
        self.change("Item", loser, {"Active": False})
        return {"loser": loser["Id"], "survivor": survivor["Id"], "moved": moved}

    def _point_elsewhere(self, key: str, loser: str, survivor: Row) -> int:
        """Every document that names `loser` by `key` names `survivor` from now on; how many did."""
        moved = 0
        for entity in [name for name, kind in KINDS.items() if not kind.is_list]:
            for row in list(self.company.rows(entity)):
                changed = pointed_elsewhere(row, key, loser, survivor)
                if changed != row:
                    self.put(entity, changed)
                    moved += 1
        return moved

    def break_row(self, given: JsonObject) -> Row:
        """From now on every read that would return this row fails with 4002, until it gets another e-mail address."""
        return self._break(given, True)

    def mend_row(self, given: JsonObject) -> Row:
        return self._break(given, False)

    def _break(self, given: JsonObject, breaks: bool) -> Row:
        entity = entity_named(given.get("entity"))
        key = self.find(entity, given)["Id"]
        broken = self.company.setting("broken", {})
        others = [one for one in broken.get(entity, []) if one != key]
        self.company.commit([Set("broken", {**broken, entity: [*others, key] if breaks else others})])
        return {"entity": entity, "id": key}

    def add_customer(self, given: JsonObject) -> Row:
        email = {"PrimaryEmailAddr": {"Address": given["email"]}} if given.get("email") else {}
        return {"row": self.add("Customer", {"DisplayName": name_in(given), **email})}

    def add_vendor(self, given: JsonObject) -> Row:
        return {"row": self.add("Vendor", {"DisplayName": name_in(given)})}

    def add_tax_code(self, given: JsonObject) -> Row:
        """A code with one rate of its own name, or with several `rates`, each {"name", "percent"}."""
        name = name_in(given)
        if self.company.tables["TaxCode"].with_text("Name", name):
            raise Refused(f"There is already a tax code {name!r}.")
        parts = given.get("rates") or [{"name": name, "percent": given.get("percent")}]
        rates = [self._add_rate(name_in(part), number(part, "percent")) for part in parts]
        code = seed.tax_code(self.company.next_id("TaxCode"), name, [rate["Id"] for rate in rates])
        return {"row": self.put("TaxCode", code), "rate": rates[0], "rates": rates}

    def _add_rate(self, name: str, percent: Decimal) -> Row:
        return self.put("TaxRate", seed.tax_rate(self.company.next_id("TaxRate"), name, percent))

    def add_item(self, given: JsonObject) -> Row:
        account = self.find("Account", reference(given.get("income_account") or "Services"))
        kind = given.get("type") or "Service"
        fields = {"Name": name_in(given), "Type": kind, "UnitPrice": number(given, "price", "0")}
        if kind != "Category":
            fields["IncomeAccountRef"] = {"value": account["Id"]}
        return {"row": self.add("Item", fields)}

    def add_account(self, given: JsonObject) -> Row:
        return {"row": self.add("Account", {"Name": name_in(given), "AccountType": given.get("type") or "Income"})}

    def add_invoice(self, given: JsonObject) -> Row:
        """An invoice as a person types it, with any number, even one that is taken."""
        customer = self.find("Customer", reference(given.get("customer") or "Amy's Bird Sanctuary"))
        detail = {"ItemRef": {"value": "1"}}
        line = {
            "DetailType": "SalesItemLineDetail",
            "Amount": number(given, "amount", "100"),
            "SalesItemLineDetail": detail,
        }
        fields: Row = {"CustomerRef": {"value": customer["Id"]}, "Line": [line]}
        for name, field in (("doc_number", "DocNumber"), ("date", "TxnDate")):
            if given.get(name):
                fields[field] = str(given[name])
        return {"row": self.add("Invoice", fields)}

    # commands: connection, faults, switches

    def webhook(self, given: JsonObject) -> Row:
        """Where webhooks go, and the verifier token that signs them; no url ends them."""
        url = str(given.get("url") or "")
        if url and not may_be_told(url):
            raise Refused("The url must lead to this machine.")
        endpoint = {"url": url, "verifier": str(given.get("verifier") or "emulator-verifier")} if url else None
        self.company.commit([Set("webhook", endpoint)])
        return {"webhook": endpoint}

    def expire_token(self, given: JsonObject) -> Row:
        """The connection ends on Intuit's side: access tokens expire, and so do refresh tokens
        unless `refresh` is false."""
        refresh = given.get("refresh", True) not in (False, "false", "off", "0")
        return {"expired": self.world.tokens.expire(self.company.realm_id, at=self.at, refresh=refresh)}

    def revoke_connection(self, given: JsonObject) -> Row:
        return {"revoked": self.world.tokens.disconnect(self.company.realm_id, at=self.at)}

    def fault(self, given: JsonObject) -> Row:
        if given.get("fault") not in NAMES:
            raise Refused(f"Fault must be one of {', '.join(NAMES)}.")
        unknown = set(given) - set(FIELDS)
        if unknown:
            raise Refused(f"Unknown: {', '.join(sorted(unknown))}.")
        self.world.breakages.add(breakage_from(given))
        return {"faults": [one.shown() for one in self.world.breakages.active]}

    def clear_faults(self, given: JsonObject) -> Row:
        self.world.breakages.clear()
        return {}

    def switch(self, given: JsonObject) -> Row:
        name, value = str(given.get("name")), given.get("value")
        if name not in SWITCHES:
            raise Refused(f"There is no switch {name!r}. Known: {', '.join(SWITCHES)}.")
        if value is None:
            value = SWITCHES[name].default
        if not accepts(name, value):
            raise Refused(f"{name} takes one of {SWITCHES[name].choices or 'the whole numbers'}.")
        self.company.commit([Set(f"switch.{name}", value)])
        return {"name": name, "value": value}

    def set_latency(self, given: JsonObject) -> Row:
        self.world.latency_ms = int(number(given, "ms"))
        return {"ms": self.world.latency_ms}

    def set_limits(self, given: JsonObject) -> Row:
        self.world.has_limits = boolean(given, "on")
        return {"on": self.world.has_limits}

    def advance_clock(self, given: JsonObject) -> Row:
        self.world.clock.advance(float(number(given, "seconds")))
        return {"now": stamp(self.world.clock.now())}


def _refuse_inactive(*rows: Row) -> None:
    """What QuickBooks has hidden has given up its name, and two are merged by giving one the name of the other."""
    for row in rows:
        if not row.get("Active", True):
            raise Refused(f"{row.get('DisplayName') or row.get('Name')} is inactive: make it active before the merge.")


def pointed_elsewhere(row: Row, key: str, loser: str, survivor: Row) -> Row:
    """`row` with every reference `key` to `loser` as one to `survivor`, those on its lines too."""
    if key_of(row.get(key)) == loser:
        row = {**row, key: survivor}
    lines = [line_elsewhere(line, key, loser, survivor) for line in row.get("Line", ())]
    return {**row, "Line": lines} if lines and lines != row["Line"] else row


def line_elsewhere(line: Row, key: str, loser: str, survivor: Row) -> Row:
    name = line.get("DetailType", "")
    detail = line.get(name)
    if isinstance(detail, dict) and key_of(detail.get(key)) == loser:
        return {**line, name: {**detail, key: survivor}}
    return line


COMMANDS: dict[str, Callable[[Hand, JsonObject], Row]] = {
    name: method
    for name, method in vars(Hand).items()
    if callable(method) and not name.startswith("_") and name not in ("find", "add", "change", "put", "prefer")
}
COMMANDS.update(RECORD_COMMANDS)


def do(world: World, given: JsonObject, at: datetime) -> Row:
    """Carries out one command and returns what came of it. Raises Refused with the reason."""
    name = given.get("do")
    command = COMMANDS.get(str(name))
    if command is None:
        raise Refused(f"Unknown command {name!r}. Known: {', '.join(sorted(COMMANDS))}.")
    company = world.companies.get(str(given.get("realm") or world.realm_id))
    if company is None:
        raise Refused(f"There is no company {given.get('realm')!r} here.")
    arguments = {key: value for key, value in given.items() if key not in ("do", "realm")}
    try:
        with company.work():
            return command(Hand(world, company, at), arguments)
    except QboFault as fault:
        first = fault.entries[0]
        raise Refused(f"{first.message}: {first.detail}") from None
    except (ValueError, TypeError, KeyError, InvalidOperation) as mistake:
        raise Refused(f"{type(mistake).__name__}: {mistake}") from None
