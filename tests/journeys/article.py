"""What the help article "Resolving common QuickBooks errors" promises, statement by statement; pure data.

Each test of a journey says which statements it proves; `test_article.py` fails where one has no test.
"""

from __future__ import annotations

import pytest

STATEMENTS: dict[str, str] = {
    # where errors show up
    "shows.banner": "A banner at the top of Run a Call counts them: 3 QBO sync errors need attention.",
    "shows.log": "Settings → QuickBooks → Sync log lists them all, with timestamp and entity.",
    "shows.invoice": "The affected invoice has a yellow banner with its own error.",
    # reading the sync log
    "log.timestamp": "A row shows when, as 2026-06-18 11:32 in the shop's time.",
    "log.entity": "A row shows the record, as Invoice #1842.",
    "log.direction": "A row shows the direction, as Run a Call → QBO.",
    "log.status": "A row shows the status, as Failed.",
    "log.message": "A row shows the message, as Tax code 'Combined 7.25' not mapped.",
    "log.opens": "A click on the row opens it, down to the full payload of the error.",
    # "Customer not found"
    "customer_not_found.deleted": "The customer was deleted in QBO by hand.",
    "customer_not_found.merged": "Or a tool that merges duplicates deleted it.",
    "customer_not_found.recreated": "Sync creates the customer again.",
    "customer_not_found.heals": "A retry usually resolves it by itself.",
    "customer_not_found.by_hand": "Else: create the customer in QBO by hand with the same name and e-mail.",
    # "Tax code not mapped"
    "tax_code_not_mapped.means": "A tax rate on the invoice has no QBO mapping.",
    "tax_code_not_mapped.pick": "Settings → QuickBooks → Tax: pick a QBO code for the unmapped rate.",
    "tax_code_not_mapped.retry": "Then retry the failed invoices.",
    "tax_code_not_mapped.see_also": "The article Mapping tax rates to QuickBooks Online is at hand.",
    # "Item not found"
    "item_not_found.means": "A pricebook item is not in QBO.",
    "item_not_found.auto_create": "Turn on Auto-create missing QBO products under Settings → QuickBooks → Items.",
    "item_not_found.by_hand": "Or create the item in QBO by hand with the same name, and retry.",
    # "Closed period"
    "closed_period.means": "The invoice date is before QBO's closing date, up to which nothing may change.",
    "closed_period.move_closing_date": "Move the closing date (with the accountant's word).",
    "closed_period.post_to_current": "Post to current period: the invoice date becomes today.",
    # "Account inactive"
    "account_inactive.behind_item": "A line's item points at an account that is inactive in QBO.",
    "account_inactive.behind_tax_code": "Or a tax code does.",
    "account_inactive.reactivate": "Reactivate the account in QBO.",
    "account_inactive.remap": "Or point the mapping in Run a Call at an active account.",
    # "Duplicate Doc Number"
    "duplicate_doc_number.means": "Run a Call's number for the invoice exists in QBO already.",
    "duplicate_doc_number.by_hand": "Usually since somebody typed an invoice into QBO.",
    "duplicate_doc_number.turn_off": 'Turn off "Run a Call IDs in QBO" under Settings → QuickBooks → Invoices.',
    "duplicate_doc_number.own_numbers": "QBO then numbers synced invoices itself.",
    # "Tax not enabled"
    "tax_not_enabled.means": "A taxable invoice, while sales tax is not set up in QBO.",
    "tax_not_enabled.set_up": "Set up sales tax in QBO, come back and map the rates.",
    # "Token expired"
    "token_expired.means": "The connection expired, since Intuit revokes tokens from time to time.",
    "token_expired.reconnect": "Settings → QuickBooks → Reconnect: sign in to Intuit again.",
    "token_expired.resumes": "What is queued resyncs by itself.",
    # retrying failed events
    "retry.selected": "In the sync log: select several failed events, Retry.",
    "retry.single": "Or open one event: Retry single event.",
    "retry.automatic": "Some retry by themselves: three times, after 5, 30 and 60 minutes.",
    "retry.only_some": "Not all do: what needs a person is not retried automatically.",
    "retry.stops": "What keeps failing stops and waits for a person.",
    # bulk fixes
    "bulk.retry_all": "Fix the mapping; in the log filter to Failed, select all, Retry all.",
    "bulk.matching_succeed": "All that match the fixed mapping succeed.",
    # escalating
    "escalate.address": "What persists goes to admin@runacall.com.",
    "escalate.message": "With the exact error message, from the row of the log.",
    "escalate.number": "With the invoice's number, from the failing invoice.",
    "escalate.realm": "With the QBO realm ID, from Settings → QuickBooks → Status.",
    "escalate.support": "Support can look into Intuit's log and into the sync queue.",
}


def says(*statements: str) -> pytest.MarkDecorator:
    """Marks a test with the statements of the article that it proves."""
    return pytest.mark.says(*statements)
