"""What a person reads when the demo is ready; knows no Django."""

from __future__ import annotations

import os
import sys

from demo.shop_data import ELECTRIC, HEATING, NEEDS_A_PERSON, PASSWORD, PEOPLE, PLUMBING, SUPPORT


def text(web: str, quickbooks: str) -> str:
    log_ins = "\n".join(f"    {person.email:28} {person.role.replace('_', ' ')}" for person in PEOPLE)
    python = os.path.relpath(sys.executable)
    return f"""
  Run a Call    {web}/admin/
  QuickBooks    {quickbooks}/  (three companies: there you are the bookkeeper)

  Log in with the password “{PASSWORD}” as
{log_ins}
    {SUPPORT:28} our support, who can read every shop's log

  E-mail (invitations, lost passwords) is written to var/demo/log/web.log.

  What to try, as the owner
    1. Follow the banner of {HEATING.name} to the sync log, and open a row.
    2. Tax code not mapped: Settings → QuickBooks → Tax, map Combined 7.25 to Lake County 7.25. In the log filter to
       Failed, select all, Retry.
    3. Item not found: Settings → QuickBooks → Items, turn on Auto-create missing QBO products, retry.
    4. Duplicate Doc Number: Settings → QuickBooks → Invoices, turn off "Run a Call IDs in QBO"; as the bookkeeper
       turn off numbering by hand; retry.
    5. Closed period: Post to current period on the row, or as the bookkeeper move the closing date back, and retry.
    6. Account inactive: as the bookkeeper make the account active again, retry.
    7. Customer not found: as the bookkeeper make the vendor {NEEDS_A_PERSON.name} inactive and add a customer
       of that name with the e-mail {NEEDS_A_PERSON.email}, retry.
    8. Switch to {PLUMBING.name}, Tax not enabled: as the bookkeeper of {quickbooks}/?realm={PLUMBING.realm_id}
       turn sales tax on, retry.
    9. Switch to {ELECTRIC.name}, Token expired: Settings → QuickBooks → Status, Reconnect, and choose the company
       {ELECTRIC.realm_id}. Queued events are then sent automatically.
   10. Compare with the books:
       {python} -m demo.manage reconcile --organization {HEATING.slug}
   11. A conflict: as the bookkeeper open a synced invoice that has no payment and change the rate of a line; change
       another rate of it in Run a Call. The invoice's banner and the log then ask which one stays.

  Ctrl-C stops everything; `make demo` continues; `make demo-reset` starts over."""
