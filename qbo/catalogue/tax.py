"""Failures about sales tax, besides an unmapped code and tax that is not set up."""

from qbo.catalogue.entry import Entry, FailureKind, Who

ENTRIES = (
    Entry(
        code="mixed_tax_rates",
        title="Mixed tax rates",
        kind=FailureKind.PERSON,
        message="Two different taxes on one invoice[: {rates}]",
        meaning="In the United States QuickBooks takes one tax code for a whole invoice, but this invoice has lines"
        " with different taxes.",
        remedy=(
            "Give all taxed lines of the invoice the same rates[ (now: {rates})],",
            "or split it into two invoices, one for each tax.",
            "Retry the failed invoice.",
        ),
        who=Who.OFFICE,
        where="invoice",
        dispatcher="its lines have different taxes. The office decides.",
        label="tax_code_not_mapped",
        refreshes=("TaxCode",),
    ),
    Entry(
        code="tax_calculation_failed",
        title="Tax not calculated",
        kind=FailureKind.PERSON,
        message="QBO could not calculate the tax[ with code '{subject_name}']",
        meaning="QuickBooks stopped while calculating the tax, usually because the tax code does not fit the"
        " company, the customer or the item.",
        remedy=(
            "Open Settings → QuickBooks → Tax and check the QBO code of each rate on the invoice, or pick a"
            " different one.",
            "Retry the failed invoice.",
            "If it happens again, press Escalate on the row: the error may be QuickBooks' own.",
        ),
        who=Who.OFFICE,
        where="tax",
        dispatcher="the tax could not be calculated there. The office is on it.",
        label="tax_code_not_mapped",
        refreshes=("Preferences", "TaxCode"),
    ),
    Entry(
        code="tax_agency_gone",
        title="Tax agency not found",
        kind=FailureKind.PERSON,
        message="Tax agency[ '{subject_name}'] is missing or inactive in QBO[ (tax code '{tax_code}')]",
        meaning="The QuickBooks tax code of the invoice belongs to a tax agency that was removed or made inactive in"
        " QuickBooks.",
        remedy=(
            "In QuickBooks, open Taxes → Sales tax → Sales tax settings, and make the tax agency[ '{subject_name}']"
            " active again or add it,",
            "or map the rate[ '{tax_code}'] to a tax code of a different agency (Settings → QuickBooks → Tax).",
            "Retry the failed invoices.",
        ),
        who=Who.QUICKBOOKS_ADMIN,
        where="tax",
        dispatcher="a tax agency is missing in the books. The office is on it.",
        label="tax_code_not_mapped",
        refreshes=("TaxCode",),
    ),
)
