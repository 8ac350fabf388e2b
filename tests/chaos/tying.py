"""What the tie-out of each month says: `python -m tests.chaos.tying [MONTH]` reads the books and prints it as JSON."""

from __future__ import annotations

import json
import os
import sys
from datetime import date

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
django.setup()

from django.utils import timezone  # noqa: E402

from qbo.models import Connection  # noqa: E402
from runacall.invoices.models import Invoice, Payment  # noqa: E402
from sync.inbound.tie_out import ask, make  # noqa: E402
from sync.models import TieOut  # noqa: E402


def every_month() -> list[date]:
    days = {*Invoice.objects.values_list("invoice_date", flat=True)}
    days |= {*Payment.objects.values_list("received_date", flat=True)}
    return sorted({day.replace(day=1) for day in days})


def main(months: list[date]) -> None:
    connection, found = Connection.objects.get(), []
    for month in months or every_month():
        asked = ask(connection, month, at=timezone.now())
        make(asked)
        made = TieOut.objects.get(pk=asked.pk)
        found.append(
            {
                "month": month.isoformat(),
                "agrees": made.agrees,
                "problem": made.problem,
                "lines": made.content.get("lines", []),
                "differences": made.content.get("differences", []),
            }
        )
    print(json.dumps(found), flush=True)


if __name__ == "__main__":
    main([date.fromisoformat(month) for month in sys.argv[1:]])
