"""Settings → QuickBooks → Tie-out: a month here and in QuickBooks, to be printed, downloaded and kept."""

from __future__ import annotations

import csv
import io
from datetime import date

from django.http import HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods
from django_q.tasks import async_task

from qbo.pages.base import connection_of, page_context, settings_page
from runacall import clock
from runacall.organizations.middleware import StaffRequest
from sync.inbound import tie_out as making
from sync.log.export_formats import harmless
from sync.models import TieOut

MONTHS = 24
SHOWN = 50


@settings_page
@require_http_methods(["GET", "POST"])
def tie_outs(request: StaffRequest) -> HttpResponse:
    """Those that were made, and a form for another."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "Tie-out"))
    months = _months(request.organization.today(clock.now()))
    if request.method == "POST":
        chosen = request.POST.get("month", "")
        month = next((one for one in months if one.isoformat() == chosen), months[0])
        made = making.ask(connection, month, at=clock.now(), by=request.user)
        async_task("sync.tasks.make_tie_out", made.pk, group="tie-out")
        return HttpResponseRedirect(reverse("sync:tie_out", args=[made.pk]))
    kept = TieOut.objects.for_organization(request.organization).select_related("asked_by")[:SHOWN]
    context = page_context(request, "Tie-out", months=months, kept=kept, connection=connection, chosen=months[1])
    return TemplateResponse(request, "sync/tie_outs.html", context)


@settings_page
@require_GET
def tie_out(request: StaffRequest, tie_out_id: int) -> HttpResponse:
    kept = get_object_or_404(TieOut.objects.for_organization(request.organization), pk=tie_out_id)
    name = "sync/tie_out_part.html" if request.htmx else "sync/tie_out.html"
    return TemplateResponse(request, name, page_context(request, str(kept), tie=kept))


@settings_page
@require_GET
def tie_out_csv(request: StaffRequest, tie_out_id: int) -> HttpResponse:
    """Lines, then differences, with the time of the reading and the fingerprint."""
    kept = get_object_or_404(TieOut.objects.for_organization(request.organization), pk=tie_out_id)
    text = io.StringIO()
    table = csv.writer(text)
    read_at = f"{request.organization.local(kept.read_at):%Y-%m-%d %H:%M}" if kept.read_at else "not read"
    table.writerow(["Tie-out", f"{kept.month:%Y-%m}", "Realm ID", kept.realm_id, "Read", read_at, kept.fingerprint])
    table.writerow(["What", "Count here", "Count in QuickBooks", "Money here", "Money in QuickBooks", "Agrees"])
    for line in kept.content.get("lines", ()):
        cells = [line[key] for key in ("what", "count_here", "count_there", "money_here", "money_there")]
        table.writerow([*map(harmless, map(str, cells)), "yes" if line["agrees"] else "no"])
    table.writerow(["Difference", "What", "Here", "In QuickBooks", "Reason", "Accepted by", "Address"])
    for gap in kept.content.get("differences", ()):
        cells = [gap.get(key) or "" for key in ("label", "what", "here", "there", "reason", "accepted_by", "url")]
        table.writerow([*map(harmless, map(str, cells))])
    answer = HttpResponse("\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="tie-out-{kept.month:%Y-%m}.csv"'
    return answer


def _months(today: date) -> list[date]:
    """The current month and those before it, newest first."""
    first, months = today.replace(day=1), []
    for _ in range(MONTHS):
        months.append(first)
        first = first.replace(year=first.year - (first.month == 1), month=(first.month - 2) % 12 + 1)
    return months
