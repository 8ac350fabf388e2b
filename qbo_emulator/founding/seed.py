"""The company in a new emulator: lists with the ids of Intuit's sandbox; pure data."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from qbo_emulator.books.clock import stamp
from qbo_emulator.books.company import Change, Company, Put, Row, Set
from qbo_emulator.entities.dressing import dressed, on_the_map
from qbo_emulator.entities.lists import ACCOUNT_TYPES

DEFAULT_REALM = "4620816365010101"  # 16 digits, as a real one has
CURRENCY = {"value": "USD", "name": "United States Dollar"}
CANADIAN = {"value": "CAD", "name": "Canadian Dollar"}


@dataclass(frozen=True)
class World:
    """How a country's companies do sales tax."""

    country: str
    currency: Row
    agency: str
    rates: tuple[tuple[str, str, Decimal], ...]  # id, name, percent
    codes: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...]  # id, name, ids of rates: sold, bought
    automated: bool = False


US = World(
    "US",
    CURRENCY,
    "California Department of Tax and Fee Administration",
    (("3", "California", Decimal(8)),),
    (("2", "California", ("3",), ()),),
)
CANADA = World(
    "CA",
    CANADIAN,
    "Canada Revenue Agency",
    (
        ("3", "HST (ON)", Decimal(13)),
        ("4", "GST", Decimal(5)),
        ("5", "Zero-rated", Decimal(0)),
        ("6", "QST", Decimal("9.975")),
        ("7", "HST (ITC) ON", Decimal(13)),
        ("8", "GST (ITC)", Decimal(5)),
        ("9", "Zero-rated (ITC)", Decimal(0)),
        ("10", "QST (ITR)", Decimal("9.975")),
    ),
    (
        ("2", "HST ON", ("3",), ("7",)),
        ("3", "GST", ("4",), ("8",)),
        ("4", "Zero-rated", ("5",), ("9",)),
        ("5", "Exempt", (), ()),
        ("6", "GST/QST QC", ("4", "6"), ("8", "10")),
    ),
)
WORLDS = {"us": US, "us-ast": replace(US, automated=True), "canada": CANADA}
AGENCY_ACCOUNT = "90"  # where collected sales tax is owed
ACCOUNTS = (  # id, name, type, sub-type
    ("1", "Services", "Income", "ServiceFeeIncome"),
    ("4", "Undeposited Funds", "Other Current Asset", "UndepositedFunds"),
    ("7", "Advertising", "Expense", "AdvertisingPromotional"),
    ("31", "Uncategorized Asset", "Other Current Asset", "OtherCurrentAssets"),
    ("33", "Accounts Payable (A/P)", "Accounts Payable", "AccountsPayable"),
    ("34", "Opening Balance Equity", "Equity", "OpeningBalanceEquity"),
    ("35", "Checking", "Bank", "Checking"),
    ("36", "Savings", "Bank", "Savings"),
    ("41", "Mastercard", "Credit Card", "CreditCard"),
    ("79", "Sales of Product Income", "Income", "SalesOfProductIncome"),
    ("80", "Cost of Goods Sold", "Cost of Goods Sold", "SuppliesMaterialsCogs"),
    ("81", "Inventory Asset", "Other Current Asset", "Inventory"),
    ("82", "Billable Expense Income", "Income", "OtherPrimaryIncome"),
    ("84", "Accounts Receivable (A/R)", "Accounts Receivable", "AccountsReceivable"),
    ("86", "Discounts given", "Income", "DiscountsRefundsGiven"),
    (AGENCY_ACCOUNT, "Sales Tax Agency Payable", "Other Current Liability", "SalesTaxPayable"),
)
TERMS = (("1", "Due on receipt", 0), ("2", "Net 15", 15), ("3", "Net 30", 30), ("4", "Net 60", 60))
PAYMENT_METHODS = (
    ("1", "Cash", "NON_CREDIT_CARD"),
    ("2", "Check", "NON_CREDIT_CARD"),
    ("3", "Visa", "CREDIT_CARD"),
    ("4", "MasterCard", "CREDIT_CARD"),
    ("5", "Discover", "CREDIT_CARD"),
    ("6", "American Express", "CREDIT_CARD"),
)
EXCHANGE_RATES = (("EUR", Decimal("1.08")), ("GBP", Decimal("1.27")))
OTHER_PREFERENCES = (
    ("SalesFormsPrefs.DefaultCustomerMessage", "Thank you for your business and have a great day!"),
    ("SalesFormsPrefs.DefaultItem", "1"),
    ("DTXCopyMemo", "false"),
    ("UncategorizedAssetAccountId", "31"),
    ("UncategorizedIncomeAccountId", "30"),
    ("UncategorizedExpenseAccountId", "29"),
    ("SFCEnabled", "true"),
    ("DataPartner", "false"),
    ("Vendor1099Enabled", "true"),
    ("TimeTrackingFeatureEnabled", "true"),
    ("FDPEnabled", "false"),
    ("ProjectsEnabled", "false"),
    ("DateFormat", "Month Date Year separated by a slash"),
    ("DateFormatMnemonic", "MMDDYYYY_SEP_SLASH"),
    ("NumberFormat", "US Number Format"),
    ("NumberFormatMnemonic", "US_NB"),
    ("WarnDuplicateCheckNumber", "true"),
    ("WarnDuplicateBillNumber", "false"),
    ("SignoutInactiveMinutes", "60"),
    ("AccountingInfoPrefs.ShowAccountNumbers", "false"),
)
AMYS_ADDRESS = {
    "Id": "2",
    "Line1": "4581 Finch St.",
    "City": "Bayshore",
    "CountrySubDivisionCode": "CA",
    "PostalCode": "94326",
}


def plain_company(realm: str, *, at: datetime, world: str = "us") -> list[Change]:
    """A company with sales tax on, numbers by hand and the duplicate check on; `world` is one of WORLDS."""
    made, place = stamp(at), WORLDS[world]
    rows = [
        *(("Account", account(*facts)) for facts in ACCOUNTS),
        *(("Term", term(*facts)) for facts in TERMS),
        *(("PaymentMethod", payment_method(*facts)) for facts in PAYMENT_METHODS),
        ("Item", item("1", "Services", "1", "Services")),
        ("Item", item("2", "Hours", "1", "Services")),
        ("TaxAgency", agency(place.agency)),
        *(("TaxRate", tax_rate(*facts)) for facts in place.rates),
        *(("TaxCode", tax_code(*facts)) for facts in place.codes),
        ("Customer", amy(place)),
        ("Preferences", preferences(place)),
        *(("ExchangeRate", exchange_rate(code, rate, place)) for code, rate in EXCHANGE_RATES),
        ("CompanyInfo", company_info(realm, place)),
    ]
    settings = [
        Set("country", place.country),
        Set("currency", place.currency),
        Set("duplicate_number_check", True),
        Set("subscription", "SUBSCRIBED"),
        Set("tax_accounts", {"1": AGENCY_ACCOUNT}),
    ]
    return [*settings, *(Put(entity, stored(row, made)) for entity, row in rows)]


def dress(company: Company) -> None:
    """Gives the rows that were put in as they are what QuickBooks adds to those that are written."""
    for entity in ("Customer", "Vendor"):
        rows = [on_the_map(company, dressed(company, entity, row)) for row in list(company.rows(entity))]
        company.commit([Put(entity, row) for row in rows])


def stored(row: Row, made: str) -> Row:
    return {
        **row,
        "domain": "QBO",
        "sparse": False,
        "SyncToken": "0",
        "MetaData": {"CreateTime": made, "LastUpdatedTime": made},
    }


def account(key: str, name: str, kind: str, sub_type: str) -> Row:
    return {
        "Id": key,
        "Name": name,
        "SubAccount": False,
        "FullyQualifiedName": name,
        "Active": True,
        "Classification": ACCOUNT_TYPES[kind][0],
        "AccountType": kind,
        "AccountSubType": sub_type,
        "CurrentBalance": 0,
        "CurrentBalanceWithSubAccounts": 0,
        "CurrencyRef": CURRENCY,
    }


def term(key: str, name: str, days: int) -> Row:
    return {
        "Id": key,
        "Name": name,
        "Active": True,
        "Type": "STANDARD",
        "DiscountPercent": 0,
        "DueDays": days,
    }


def payment_method(key: str, name: str, kind: str) -> Row:
    return {"Id": key, "Name": name, "Active": True, "Type": kind}


def item(key: str, name: str, account_id: str, account_name: str) -> Row:
    return {
        "Id": key,
        "Name": name,
        "Active": True,
        "FullyQualifiedName": name,
        "Taxable": False,
        "UnitPrice": 0,
        "Type": "Service",
        "IncomeAccountRef": {"value": account_id, "name": account_name},
        "PurchaseCost": 0,
        "TrackQtyOnHand": False,
    }


def agency(name: str) -> Row:
    return {"Id": "1", "DisplayName": name, "TaxTrackedOnSales": True, "TaxTrackedOnPurchases": False}


def tax_rate(key: str, name: str, percent: Decimal, agency_id: str = "1") -> Row:
    return {
        "Id": key,
        "Name": name,
        "Description": "Sales Tax",
        "Active": True,
        "RateValue": percent,
        "AgencyRef": {"value": agency_id},
        "SpecialTaxType": "NONE",
        "DisplayType": "ReadOnly",
    }


def tax_code(key: str, name: str, sold: Sequence[str], bought: Sequence[str] = ()) -> Row:
    """A tax code with the ids of its rates for what is sold and what is bought."""
    return {
        "Id": key,
        "Name": name,
        "Description": name,
        "Active": True,
        "Hidden": False,
        "Taxable": True,
        "TaxGroup": True,
        "TaxCodeConfigType": "USER_DEFINED",
        "SalesTaxRateList": rate_list(sold),
        "PurchaseTaxRateList": rate_list(bought),
    }


def rate_list(rate_ids: Sequence[str]) -> Row:
    details = [
        {"TaxRateRef": {"value": rate}, "TaxTypeApplicable": "TaxOnAmount", "TaxOrder": order}
        for order, rate in enumerate(rate_ids)
    ]
    return {"TaxRateDetail": details}


def exchange_rate(code: str, rate: Decimal, place: World) -> Row:
    target = place.currency["value"]
    return {
        "Id": code,
        "SourceCurrencyCode": code,
        "TargetCurrencyCode": target,
        "Rate": rate,
        "AsOfDate": "2026-01-01",
    }


def amy(place: World) -> Row:
    name = "Amy's Bird Sanctuary"
    return {
        "Taxable": True,
        "BillAddr": AMYS_ADDRESS,
        "ShipAddr": AMYS_ADDRESS,
        "Job": False,
        "BillWithParent": False,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": place.currency,
        "PreferredDeliveryMethod": "Print",
        "Id": "1",
        "GivenName": "Amy",
        "FamilyName": "Lauterbach",
        "FullyQualifiedName": name,
        "CompanyName": name,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
        "PrimaryPhone": {"FreeFormNumber": "(650) 555-3311"},
        "PrimaryEmailAddr": {"Address": "Birds@Intuit.com"},
    } | ({"DefaultTaxCodeRef": {"value": "2"}} if place.country == "US" else {})


def preferences(place: World) -> Row:
    tax: Row = {"UsingSalesTax": True}
    if place.country == "US":
        tax["TaxGroupCodeRef"] = {"value": place.codes[0][0]}
    if place.automated:
        tax["PartnerTaxEnabled"] = True
    return {
        "Id": "1",
        "AccountingInfoPrefs": {
            "UseAccountNumbers": False,
            "TrackDepartments": False,
            "DepartmentTerminology": "Location",
            "ClassTrackingPerTxn": False,
            "ClassTrackingPerTxnLine": False,
            "FirstMonthOfFiscalYear": "January",
            "TaxYearMonth": "January",
            "TaxForm": "6",
            "CustomerTerminology": "Customers",
        },
        "VendorAndPurchasesPrefs": {
            "TrackingByCustomer": True,
            "BillableExpenseTracking": True,
            "POCustomField": custom_fields(
                "PurchasePrefs.UsePurchaseNameCustom", "PurchasePrefs.PurchaseCustomName", ("Crew #", "Sales Rep")
            ),
        },
        "TimeTrackingPrefs": {
            "UseServices": True,
            "BillCustomers": True,
            "ShowBillRateToAll": False,
            "WorkWeekStartDate": "Monday",
            "MarkTimeEntriesBillable": True,
        },
        "ReportPrefs": {"ReportBasis": "Accrual", "CalcAgingReportFromTxnDate": False},
        "EmailMessagesPrefs": {
            f"{form}Message": {"Subject": f"{form} from us", "Message": f"Please find your {form.lower()} attached."}
            for form in ("Invoice", "Estimate", "SalesReceipt", "Statement")
        },
        "ProductAndServicesPrefs": {
            "ForSales": True,
            "ForPurchase": True,
            "QuantityWithPriceAndRate": True,
            "QuantityOnHand": True,
        },
        "SalesFormsPrefs": {
            "CustomField": sales_custom_fields(in_use=False),
            "CustomTxnNumbers": True,
            "AllowDeposit": True,
            "AllowDiscount": True,
            "DefaultDiscountAccount": "86",
            "AllowEstimates": True,
            "AllowServiceDate": False,
            "AllowShipping": False,
            "AutoApplyCredit": False,
            "AutoApplyPayments": True,
            "EmailCopyToCompany": False,
            "ETransactionEnabledStatus": "NotApplicable",
            "ETransactionAttachPDF": False,
            "ETransactionPaymentEnabled": False,
            "IPNSupportEnabled": False,
            "UsingPriceLevels": False,
            "DefaultTerms": {"value": "3"},
            "DefaultCustomerMessage": "Thank you for your business and have a great day!",
        },
        "TaxPrefs": tax,
        "CurrencyPrefs": {"MultiCurrencyEnabled": False, "HomeCurrency": {"value": place.currency["value"]}},
        "OtherPrefs": {"NameValue": [{"Name": name, "Value": value} for name, value in OTHER_PREFERENCES]},
    }


def sales_custom_fields(*, in_use: bool) -> list[Row]:
    """The custom field of the sales forms; a company that does not use it has only its name."""
    return custom_fields(
        "SalesFormsPrefs.UseSalesCustom", "SalesFormsPrefs.SalesCustomName", ("Crew #",), in_use=in_use
    )


def custom_fields(uses: str, names: str, labels: tuple[str, ...], *, in_use: bool = True) -> list[Row]:
    """Which of the three custom fields are in use, and what they are called, as Preferences tell of them."""
    used = [
        {"Name": f"{uses}{number}", "Type": "BooleanType", "BooleanValue": in_use and number <= len(labels)}
        for number in (1, 2, 3)
    ]
    called = [
        {"Name": f"{names}{number}", "Type": "StringType", "StringValue": label}
        for number, label in enumerate(labels, 1)
    ]
    return [{"CustomField": used}, {"CustomField": called}]


def company_info(realm: str, place: World) -> Row:
    address = {
        "Id": "1",
        "Line1": "123 Sierra Way",
        "City": "San Pablo",
        "Country": "USA",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "87999",
    }
    return {
        "Id": "1",
        "CompanyName": f"Sandbox Company_{place.country}_{realm[-1]}",
        "LegalName": f"Sandbox Company_{place.country}_{realm[-1]}",
        "CompanyAddr": address,
        "CustomerCommunicationAddr": address,
        "LegalAddr": address,
        "CompanyStartDate": "2020-01-01",
        "FiscalYearStartMonth": "January",
        "Country": place.country,
        "Email": {"Address": "noreply@quickbooks.com"},
        "WebAddr": {},
        "SupportedLanguages": "en",
        "NameValue": [
            {"Name": "NeoEnabled", "Value": "true"},
            {"Name": "IndustryType", "Value": "Landscaping Services"},
            {"Name": "IndustryCode", "Value": "561730"},
            {"Name": "SubscriptionStatus", "Value": "SUBSCRIBED"},
            {"Name": "OfferingSku", "Value": "QuickBooks Online Plus"},
            {"Name": "PayrollFeature", "Value": "false"},
            {"Name": "AccountantFeature", "Value": "false"},
        ],
    }
