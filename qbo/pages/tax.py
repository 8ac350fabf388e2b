"""Settings → QuickBooks → Tax."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qbo.mapping.tax_rows import OTHER_PERCENT, plain, tax_codes, tax_rows
from qbo.models import CompanyFacts
from qbo.pages.base import connection_of, latest_changes, page_context, read_at, settings_page
from qbo.pages.forms import TaxForm
from runacall import clock
from runacall.organizations.middleware import StaffRequest


@settings_page
@require_http_methods(["GET", "POST"])
def tax(request: StaffRequest) -> HttpResponse:
    """Which QuickBooks code each of our rates uses."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "Tax"))
    codes = tax_codes(connection)
    rows = tax_rows(connection, codes)
    form = TaxForm(request.POST or None, connection=connection, rows=rows, codes=codes)
    if request.method == "POST" and form.is_valid():
        changed = form.save(at=clock.now(), by=request.user)
        messages.success(request, "Saved." if changed else "Nothing was changed.")
        return HttpResponseRedirect(reverse("qbo:tax"))
    facts = CompanyFacts.objects.filter(connection=connection, realm_id=connection.realm_id).first()
    context = page_context(
        request,
        "Tax",
        connection=connection,
        form=form,
        rows=[(row, form[row.field_name]) for row in rows],
        codes=[code for code in codes if code.active],
        changes=latest_changes(connection, "tax"),
        percents={code.qbo_id: plain(code.percent) for code in codes if code.percent is not None},
        other_percent=OTHER_PERCENT,
        read_at=read_at(connection, ["TaxCode"]),
        sales_tax_off=facts is not None and (not facts.using_sales_tax or facts.partner_tax_enabled is False),
    )
    return TemplateResponse(request, "qbo/tax.html", context)
