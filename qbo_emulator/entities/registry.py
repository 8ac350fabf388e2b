"""The entities and their paths; pure data."""

from __future__ import annotations

from dataclasses import replace

from qbo_emulator.entities.attachments import ATTACHABLE
from qbo_emulator.entities.budgets import BUDGET
from qbo_emulator.entities.credits import apply_credits
from qbo_emulator.entities.kind import Kind
from qbo_emulator.entities.lists import ACCOUNT_KIND, ITEM_KIND, TERM_KIND
from qbo_emulator.entities.names import CUSTOMER_KIND, EMPLOYEE_KIND, VENDOR_KIND
from qbo_emulator.entities.orders import PURCHASE_ORDER
from qbo_emulator.entities.others import OTHERS
from qbo_emulator.entities.payables import BILL, BILL_PAYMENT, VENDOR_CREDIT
from qbo_emulator.entities.payments import PAYMENT
from qbo_emulator.entities.recurring import RECURRING
from qbo_emulator.entities.sales import CREDIT_MEMO, ESTIMATE, INVOICE, REFUND_RECEIPT, SALES_RECEIPT
from qbo_emulator.entities.settings import COMPANY_INFO, PREFERENCES
from qbo_emulator.entities.taxes import TAX_AGENCY_KIND, TAX_CODE_KIND, TAX_RATE_KIND
from qbo_emulator.entities.time_activities import TIME_ACTIVITY
from qbo_emulator.entities.transfers import CARD_PAYMENT, TRANSFER

INVOICE, CREDIT_MEMO, PAYMENT = (replace(kind, after=apply_credits) for kind in (INVOICE, CREDIT_MEMO, PAYMENT))
ALL = (
    CUSTOMER_KIND, VENDOR_KIND, EMPLOYEE_KIND, ITEM_KIND, ACCOUNT_KIND, TERM_KIND, TAX_CODE_KIND, TAX_RATE_KIND,
    TAX_AGENCY_KIND, INVOICE, CREDIT_MEMO, SALES_RECEIPT, REFUND_RECEIPT, ESTIMATE, PAYMENT, PREFERENCES,
    COMPANY_INFO, ATTACHABLE, BILL, VENDOR_CREDIT, BILL_PAYMENT, TRANSFER, CARD_PAYMENT, RECURRING, TIME_ACTIVITY,
    PURCHASE_ORDER, BUDGET, *OTHERS,
)  # fmt: skip
KINDS: dict[str, Kind] = {kind.name: kind for kind in ALL}
BY_MEMBER: dict[str, Kind] = KINDS | {kind.member: kind for kind in ALL}
BY_PATH: dict[str, Kind] = {name.lower(): kind for name, kind in BY_MEMBER.items()}
