"""Benchmark 10: commands that go through a whole shop, at two sizes: their peak memory, and how long they take."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import sys
import tempfile
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from tests.chaos.stage import write_invoices

SHOP, MANAGE = "shop-1", "manage.py"
ASKED = re.compile(r"SELECT \* FROM (\w+)(?: WHERE (.*))? STARTPOSITION (\d+) MAXRESULTS (\d+)")
BETWEEN = re.compile(r"TxnDate >= '([-\d]+)' AND TxnDate <= '([-\d]+)'")
# The first day of the shop's invoices, and how many each day has.
FIRST, A_DAY = dt.date(2024, 1, 1), 600
IMPORTED = 2000


def commands(folder: Path) -> dict[str, list[str]]:
    of_shop = ["--organization", SHOP]
    write_invoices(folder / "invoices.csv", IMPORTED)
    return {
        f"tie-out of a month of {31 * A_DAY:,}": ["-m", "tests.chaos.tying", FIRST.isoformat()],
        f"import of {IMPORTED:,}": [MANAGE, "import_invoices", str(folder / "invoices.csv"), *of_shop],
        "sync_status": [MANAGE, "sync_status", *of_shop],
        "retry_failed --dry-run": [MANAGE, "retry_failed", *of_shop, "--dry-run"],
        "preflight": [MANAGE, "preflight", *of_shop],
        "export_log": [MANAGE, "export_log", *of_shop, "--output", str(folder / "log.csv")],
        "export_organization": [MANAGE, "export_organization", SHOP, str(folder / "shop.jsonl")],
        "reconcile": [MANAGE, "reconcile", *of_shop],
    }


class Company(ThreadingHTTPServer):
    """Answers queries as a company that has what the seeder says was sent; it holds no row, it makes each page."""

    def __init__(self, invoices: int, payments: int, customers: int) -> None:
        super().__init__(("127.0.0.1", 0), Answers)
        self.counts, self.customers = {"Invoice": invoices, "Payment": payments}, customers
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    def row(self, entity: str, n: int) -> dict[str, Any]:
        base = 10_000_000
        day = FIRST + dt.timedelta(days=n // A_DAY)
        row: dict[str, Any] = {"Id": str(n + 1), "SyncToken": "0", "TotalAmt": 108, "TxnDate": day.isoformat()}
        if entity == "Payment":
            note = f"Run a Call payment (ref 1-{base + n})"
            line = {"Amount": 108, "LinkedTxn": [{"TxnId": str(8 * n + 2), "TxnType": "Invoice"}]}
            return row | {"PrivateNote": note, "Line": [line], "CustomerRef": self._customer(8 * n + 1)}
        note = f"Run a Call invoice #{1000 + n} (ref 1-{base + n})"
        lines = [{"Id": str(k), "Description": "x" * 200, "Amount": 50} for k in range(4)]
        row |= {"DocNumber": str(1000 + n), "PrivateNote": note, "Line": lines, "CustomerRef": self._customer(n)}
        return row | {"TxnTaxDetail": {"TotalTax": 8}, "Balance": 0 if n % 8 == 1 else 108}

    def between(self, entity: str, where: str) -> tuple[int, int]:
        """The first row that is asked for, and the one after the last."""
        days = BETWEEN.search(where)
        if days is None:
            return 0, self.counts[entity]
        first, last = ((dt.date.fromisoformat(day) - FIRST).days * A_DAY for day in days.groups())
        return first, min(last + A_DAY, self.counts[entity])

    def _customer(self, n: int) -> dict[str, str]:
        return {"value": str(n % self.customers + 1), "name": f"Customer {n % self.customers}"}


class Answers(BaseHTTPRequestHandler):
    server: Company

    def do_POST(self) -> None:
        asked = ASKED.match(self.rfile.read(int(self.headers["Content-Length"])).decode())
        rows: list[Any] = []
        if asked:
            entity, first, size = asked[1], int(asked[3]) - 1, int(asked[4])
            begin, end = self.server.between(entity, asked[2] or "")
            rows = [self.server.row(entity, n) for n in range(begin + first, min(begin + first + size, end))]
        body = json.dumps({"QueryResponse": {asked[1]: rows} if asked else {}}).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


def measured(arguments: list[str]) -> dict[str, float]:
    """In a process of its own: the highest of all children is theirs only if it is the first."""
    began = time.monotonic()
    code = f"import json, resource, subprocess; done = subprocess.run({arguments!r}, stdout=-3, stderr=-3);"
    code += " used = resource.getrusage(resource.RUSAGE_CHILDREN);"
    code += " print(json.dumps([done.returncode, used.ru_maxrss, used.ru_utime + used.ru_stime]))"
    found = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True, check=True)
    status, peak, cpu = json.loads(found.stdout)
    return {"status": status, "peak_mb": peak / 1024, "cpu": cpu, "seconds": time.monotonic() - began}


def main(invoices: int) -> None:
    """Prints one JSON object: what each command took. Runs on a migrated, empty database."""
    from django.utils import timezone

    from qbo.models import Connection
    from tests.benchmarks.big_shop import Writer, build, sizes

    size = sizes(invoices)
    build(1, size)
    Writer().run("ANALYZE")
    company = Company(size.events, size.payments, size.customers)
    far = timezone.now() + dt.timedelta(days=30)
    Connection.objects.update(emulator_url=company.url, access_expires_at=far, refresh_expires_at=far, renew_at=far)
    with tempfile.TemporaryDirectory() as folder:
        asked = commands(Path(folder)).items()
        print(json.dumps({name: measured([sys.executable, *rest]) for name, rest in asked}))


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]))
