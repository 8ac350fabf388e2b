"""Fixing a cause from its card: what an answer would come to, giving it, and taking it back."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_http_methods, require_POST
from django_htmx.http import trigger_client_event

from qbo.lists import customers as customers_there
from qbo.lists.on_request import NotRead
from qbo.models import Connection
from qbo.pages.base import back_to, connection_of, may_act, settings_page
from runacall import clock
from runacall.invoices.document_loading import load_customers
from runacall.invoices.refusals import Refused
from runacall.organizations.middleware import StaffRequest
from sync.admin.cause_cards import form_ahead, form_now
from sync.fixing.ahead import case_ahead, forecast_ahead, save_ahead, still_failed
from sync.fixing.applying import FIXES, Shown, fix_cause, forecast, undo_fix
from sync.fixing.fix import Answer, Case
from sync.fixing.posted import posted
from sync.fixing.table import BY_CODE, case_of
from sync.log.results import left_alone
from sync.log.wording import counted
from sync.models import ActionRecord

LOG = "admin:sync_syncevent_changelist"
LONGEST = 200
# What preflight finds without a fix of its own; of all others only QuickBooks knows.
JUDGED_HERE = ("mixed_tax_rates", "currency_differs")
# What a retry creates again, as it says on its row.
CREATED_AGAIN = "record_deleted_there"


@settings_page
@require_http_methods(["GET", "POST"])
def fix(request: StaffRequest) -> HttpResponse:
    """GET says what an answer would come to, or shows all that can be chosen; POST gives it."""
    connection = connection_of(request)
    if connection is None:
        raise Http404
    if request.method == "POST":
        return _give(request, connection)
    case = _case(connection, request.GET)
    if case is None:
        return TemplateResponse(request, "sync/fix_forecast.html", {"is_gone": True})
    if "every" in request.GET:
        return _form(request, case)
    return TemplateResponse(request, "sync/fix_forecast.html", _foreseen(case, _answer(request.GET)))


def _case(connection: Connection, data: QueryDict) -> Case | None:
    """What has failed; with a scope, what would fail of it."""
    scope = data.get("scope", "")
    if scope:
        return case_ahead(connection, _key(data), scope)
    return case_of(connection, _key(data), event_id=_event_id(data))


def _key(data: QueryDict) -> str:
    """The cause; PostgreSQL compares no NUL."""
    return str(data.get("cause", "")).replace("\x00", "")


def _event_id(data: QueryDict) -> int:
    """On whose invoice's page it is shown; 0 for none."""
    given = data.get("event", "")
    return int(given) if given.isdecimal() and len(given) < 19 else 0


def _answer(data: QueryDict) -> Answer:
    text = data.get("text", "").replace("\x00", "").strip()
    return Answer(data.get("choice", "").replace("\x00", "")[:LONGEST], text[:LONGEST])


def _foreseen(case: Case, answer: Answer) -> dict[str, object]:
    found = forecast_ahead(case, answer) if case.ahead else forecast(case, answer)
    fix = BY_CODE.get(case.failure.code)
    unchanged = not found.go and [failure.cause_key for failure, _ in found.stay] == [case.failure.cause_key]
    return {
        "is_read_first": fix is not None and fix.is_read_first,
        "is_unknown": fix is None and case.failure.code not in JUDGED_HERE,
        "is_created_again": case.failure.code == CREATED_AGAIN,
        "forecast": found,
        "is_unfixed": unchanged,
        "is_ahead": bool(case.ahead),
        "all": "It" if found.staying == 1 else f"All {found.staying:,}",
        "needs_choice": fix is not None and not answer.choice,
        "warning": fix.warning(case, answer) if fix and answer.choice else "",
        "posted": posted(case, answer),
    }


def _form(request: StaffRequest, case: Case) -> HttpResponse:
    """The form with all that can be chosen; customers are asked for in QuickBooks."""
    if case.failure.subject.kind == "customer" and may_act(request):
        document = load_customers([int(case.failure.subject.key)]).get(int(case.failure.subject.key))
        try:
            at = clock.now()
            case.lists.looked = customers_there.look_for(case.connection, document, at=at) if document else ()
        except NotRead as error:
            return _said(request, f"QuickBooks could not be read: {error}", is_bad=True)
    every = replace(case, every=True)
    form = form_ahead(every, request.GET.get("scope", ""), shown_at=clock.now()) if case.ahead else form_now(every)
    context = {"form": form, "may_act": may_act(request), "is_every": True, "notice_at": request.GET.get("next", "")}
    return TemplateResponse(request, "sync/fix_form.html", context)


def _give(request: StaffRequest, connection: Connection) -> HttpResponse:
    shown = Shown(request.POST.get("seen", ""), _moment(request.POST.get("shown_at", "")), _event_id(request.POST))
    key, answer, at = _key(request.POST), _answer(request.POST), clock.now()
    scope = request.POST.get("scope", "")
    try:
        if scope:
            action = save_ahead(connection, key, scope, answer, shown=shown, by=request.user, at=at)
        else:
            action = fix_cause(connection, key, answer, shown=shown, by=request.user, at=at)
    except Refused as refusal:
        return _said(request, str(refusal), is_bad=True)
    if not scope:
        return _said(request, f"{action.fix['chosen']}: {counted(action.done, 'event')} on the way.", action=action)
    failed = still_failed(connection, key)
    wait = f"{counted(failed, 'failed event')} {'waits' if failed == 1 else 'wait'} for the same." if failed else ""
    said = " ".join(filter(None, (f"{action.fix['chosen']}: saved.", left_alone(action), wait)))
    return _said(request, said, action=action, cause=key if failed else "")


def _moment(text: str) -> datetime | None:
    try:
        return parse_datetime(text)
    except ValueError:
        return None


@settings_page
@require_POST
def undo(request: StaffRequest, action_id: int) -> HttpResponse:
    """Take a fix back."""
    connection = connection_of(request)
    rows = ActionRecord.objects.filter(organization=request.organization, action__in=FIXES)
    action = get_object_or_404(rows, pk=action_id)
    if connection is None:
        raise Http404
    try:
        undo_fix(action, connection, by=request.user, at=clock.now())
    except Refused as refusal:
        return _said(request, f"It cannot be undone. {refusal}", is_bad=True)
    return _said(request, f"Undone: {action.fix['chosen']}.")


def _said(
    request: StaffRequest, text: str, *, is_bad: bool = False, action: ActionRecord | None = None, cause: str = ""
) -> HttpResponse:
    """In the card, or in the notice of a page that has one; without a script, on the page that the button was on.

    `action`: what can be undone from the notice; `cause`: what it has a link to.
    """
    if request.htmx:
        has_notice = "notice" in request.POST
        context = {
            # The part of a page that has a notice is read again, and what was said in it would be gone.
            "said": text if is_bad and not has_notice else "",
            "notice": text if has_notice else "",
            # An invoice's own banner has it, with what came of the fix.
            "undo": action if action and action.fix.get("undo") and not _event_id(request.POST) else None,
            "show_url": reverse(LOG) + "?" + urlencode({"status": "failed", "cause": cause}) if cause else "",
        }
        answer = TemplateResponse(request, "sync/fix_said.html", context)
        trigger_client_event(answer, "log-changed", after="swap")
        return answer
    messages.add_message(request, messages.WARNING if is_bad else messages.SUCCESS, text)
    return back_to(request, reverse(LOG))
