"""What sync shows on its own pages and on those of the other apps."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, datetime
from decimal import Decimal
from urllib.parse import urlencode

from django import template
from django.template.loader import render_to_string
from django.urls import reverse

from qbo.failures import Failure, Subject
from qbo.models import Connection
from qbo.pages.base import may_act, may_look
from qbo.pages.forms import FirstStartDateForm
from runacall import clock
from runacall.invoices.models import Invoice
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.access import may_see
from runacall.organizations.models import Organization
from runacall.organizations.paging import Counted
from sync.actions import Action
from sync.log.attention import Errors, HeldBack, errors_of, held_back
from sync.log.causes import Cause, causes
from sync.log.home import home
from sync.log.rows import connection_of
from sync.log.saved_views import LISTS, as_filters, may_keep, view_links
from sync.log.timeline import history_of
from sync.log.waiting import (
    Waiting,
    company_counts,
    counts_by_cause,
    earlier_count,
    earlier_payments_count,
    looking_takes_long,
    queue_facts,
    waiting_for,
    waiting_to_be_sent,
)
from sync.log.wording import attention, payments_following, payments_in_failed
from sync.models import SyncEvent
from sync.operations.first_run import checklist, is_open
from sync.outbox.enqueueing import earlier_invoices

register = template.Library()

LOG = "admin:sync_syncevent_changelist"
CAUSES_ON_HOME = 5


@register.inclusion_tag("sync/banner.html", takes_context=True)
def sync_banner(context: template.Context, oob: bool = False, live: bool = False) -> dict[str, object]:
    """ "3 QBO sync errors need attention." and the money, for people who manage QuickBooks; else nothing."""
    request = context.get("request")
    errors, kept = (errors_of(request), held_back(request)) if request else (Errors(), HeldBack())
    return {
        "count": errors.to_fix,
        "sentence": attention(errors.to_fix),
        "following": payments_following(errors.payments, errors.to_fix),
        "money": dollars(kept.money) if kept.money else "",
        "tax": dollars(kept.tax) if kept.tax else "",
        "is_more": kept.is_more,
        "url": f"{reverse(LOG)}?status=failed",
        "oob": oob,
        "live": live,
    }


AMOUNT = re.compile(r"-?\d+\.\d\d")


@register.filter
def as_dollars(kept: str) -> str:
    """Amounts as a tie-out keeps them, "1350.00; 7.25", as people read them; other text as it is."""
    return "; ".join(dollars(Decimal(part)) if AMOUNT.fullmatch(part) else part for part in kept.split("; "))


@register.simple_tag(takes_context=True)
def sync_home(context: template.Context) -> str:
    """The state of the books on the start page, for people who manage QuickBooks and our support; "" for others."""
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.admin.cause_cards import cards_of

    request = context["request"]
    if request.organization is None or not may_look(request):
        return ""
    organization, now = request.organization, clock.now()
    shown = home(organization, at=now)
    if shown is None:
        return ""
    found = causes(SyncEvent.objects.for_organization(organization))
    facts = {
        "home": shown,
        "failing": shown.errors > 0,
        # The banner at the top of the page has said it.
        "is_said": shown.counts_errors and errors_of(request).to_fix > 0,
        "money": dollars(shown.missing.money),
        "tax": dollars(shown.missing.tax),
        "last_success": time_of_day(shown.last_success, organization, now),
        "next_retry": time_of_day(shown.next_retry, organization, now),
        "causes": cards_of(request, found[:CAUSES_ON_HOME], at=now, has_forms=False).values(),
        "may_act": may_act(request),
        "more": max(0, len(found) - CAUSES_ON_HOME),
    }
    return render_to_string("sync/home.html", facts)


def time_of_day(moment: datetime | None, organization: Organization, now: datetime) -> str:
    """The time of day in the shop's time zone, with the date where that is not today; "" for None."""
    if moment is None:
        return ""
    local = organization.local(moment)
    today = local.date() == organization.today(now)
    return f"{local:%H:%M}" if today else f"{local:%Y-%m-%d %H:%M}"


@register.inclusion_tag("sync/event_form.html", takes_context=True)
def event_button(
    context: template.Context,
    action: Action,
    label: str,
    event: SyncEvent | None = None,
    back: str = "",
    after_fix: bool = False,
) -> dict[str, object]:
    """A button for one action on one event; in an opened row it does not leave the page.

    An action that asks first has a link to the page which does. `after_fix`: something else is to be done first.
    """
    event = event or context["event"]
    name = f"admin:sync_syncevent_{action.name}"
    return {
        "url": f"{reverse(f'{name}_all')}?id={event.pk}" if action.asks_first else reverse(name, args=[event.pk]),
        "action": action,
        "label": label,
        "event": event,
        "back": back or context.get("back", ""),
        "is_primary": action.is_main and not after_fix,
        "in_row": context.get("in_row", False),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("sync/views.html", takes_context=True)
def saved_views(context: template.Context, name: str, here: str = "") -> dict[str, object]:
    """The menu of the saved views of a list; `here`: its address with its filters, if not the page's."""
    request, viewed = context["request"], LISTS[name]
    views = view_links(request, viewed) if may_see(request, viewed.ability) else []
    return {
        "list": viewed,
        "views": views,
        "view_on": next((view for view in views if view.is_on), None),
        "query": urlencode(as_filters(viewed, request.GET), doseq=True),
        "may_keep": may_keep(request, viewed, is_shared=False),
        "may_share": may_keep(request, viewed, is_shared=True),
        "here": here or request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.simple_tag
def cause_is_listed(causes: Iterable[Cause], key: str) -> bool:
    return any(cause.key == key for cause in causes)


@register.simple_tag(takes_context=True)
def without(context: template.Context, name: str) -> str:
    """The page's address without one of its filters."""
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.admin.change_list import without_page

    return without_page(context["request"].GET, **{name: None})


@register.inclusion_tag("sync/invoice_banner.html", takes_context=True)
def sync_invoice_banner(context: template.Context, invoice: Invoice | None) -> dict[str, object]:
    """The invoice's QuickBooks status, worded for the person's role."""
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.pages.obstacles import banner_context

    request = context["request"]
    if invoice is None:
        return {"banner": None}
    return banner_context(request, invoice, at=clock.now()) | {"csrf_token": context.get("csrf_token")}


@register.inclusion_tag("sync/history.html", takes_context=True)
def sync_history(context: template.Context, invoice: Invoice | None) -> dict[str, object]:
    """What people changed on an invoice and what happened to it on its way, by name, for those who see the log."""
    request = context["request"]
    membership = getattr(request, "membership", None)
    sees = (membership is not None and membership.manages_quickbooks) or request.user.is_superuser
    if invoice is None or not sees or invoice.organization_id != request.organization.pk:
        return {}
    return {"steps": history_of(invoice, request.organization)}


@register.inclusion_tag("sync/ready.html", takes_context=True)
def sync_ready(context: template.Context, invoice: Invoice | None) -> dict[str, object]:
    """Whether an invoice that was not tried yet is ready for QuickBooks, or what is missing."""
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.pages.preflight import ready

    request = context["request"]
    return {
        "ready": ready(request, invoice),
        "may_act": may_act(request),
        "here": request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("sync/waiting_notice.html", takes_context=True)
def events_waiting_for(context: template.Context, *codes: str) -> dict[str, object]:
    """The failed events with one of these codes, with a link to retry exactly those."""
    request = context["request"]
    connection = Connection.objects.for_organization(request.organization).first()
    found = waiting_for(request.organization, codes) if connection else []
    told = [
        (one, _forecast(connection, one) if _is_forecast(one, number) else "", _form(connection, one, number))
        for number, one in enumerate(found)
    ]
    return {
        "waiting": told,
        "may_act": context.get("may_act", False),
        "here": request.path,
        "csrf_token": context.get("csrf_token"),
    }


# Of how many causes a settings page says what a retry would come to, and with how many events at most after the first:
# each is judged.
MOST_FORECAST, MOST_JUDGED = 3, 25


def _is_forecast(one: Waiting, number: int) -> bool:
    return number == 0 or (number < MOST_FORECAST and one.cause.count <= MOST_JUDGED)


def _form(connection: Connection | None, one: Waiting, number: int) -> object:
    """The button of the cause's card, where the page has made the choice that it needs; else None."""
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.admin.cause_cards import form_of
    from sync.fixing.table import case_of

    if connection is not None and number < MOST_FORECAST:
        with isolated("Offering a fix", cause=one.cause.key, organization=connection.organization_id):
            case = case_of(connection, one.cause.key)
            form = form_of(case, one.count, shown_at=one.cause.newest_at) if case else None
            return form if form and form.offer.is_done else None
    return None


def _forecast(connection: Connection | None, one: Waiting) -> str:
    # Not at the top: unfold loads every template library while it is itself being imported.
    from sync.forecast.retries import forecast_fix

    if connection is not None:
        with isolated("Forecasting a fix", cause=one.cause.key, organization=connection.organization_id):
            return forecast_fix(connection, one.cause)
    return ""


@register.inclusion_tag("sync/queue_facts.html", takes_context=True)
def sync_queue_facts(context: template.Context) -> dict[str, object]:
    """How many events are queued, checking, failed and synced."""
    organization = context["request"].organization
    payments = SyncEvent.objects.for_organization(organization).waiting_payments().count()
    return {"facts": queue_facts(organization), "payments_said": payments_in_failed(payments)}


@register.inclusion_tag("sync/company_counts.html", name="company_counts")
def counts_of_company(connection: Connection, realm_id: str) -> dict[str, object]:
    """How many invoices a company has, and how many are waiting for it."""
    return {"facts": company_counts(connection, realm_id)}


@register.simple_tag
def waiting_to_go(connection: Connection) -> int:
    """How many events are sent when the connection's queue is released."""
    return waiting_to_be_sent(connection)


@register.simple_tag
def invoices_from(connection: Connection, realm_id: str, start_date: date) -> int:
    """How many invoices would go to a company from that day on."""
    return earlier_invoices(connection, realm_id=realm_id, start_date=start_date).count()


@register.inclusion_tag("sync/earlier_offer.html", takes_context=True)
def earlier_invoices_offer(context: template.Context) -> dict[str, object]:
    """The offer to send earlier invoices; nothing if there are none. No page waits for it where looking takes long."""
    organization = context["request"].organization
    is_later = bool(context.get("may_act")) and looking_takes_long(organization)
    count = earlier_count(organization) if context.get("may_act") and not is_later else Counted(0)
    return {"count": count, "is_later": is_later, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("sync/earlier_payments_offer.html", takes_context=True)
def earlier_payments_offer(context: template.Context) -> dict[str, object]:
    """The offer to send earlier payments; nothing if there are none."""
    count = earlier_payments_count(context["request"].organization) if context.get("may_act") else 0
    return {"count": count, "csrf_token": context.get("csrf_token")}


@register.inclusion_tag("sync/first_run.html", takes_context=True)
def first_run_checklist(context: template.Context) -> dict[str, object]:
    """The way from Connect to the first invoices, or its last line; nothing while no company is connected."""
    connection = connection_of(context["request"].organization)
    if connection is None or connection.is_held or connection.status == Connection.Status.DISCONNECTED:
        return {}
    return {
        "list": checklist(connection, at=clock.now()),
        "start_form": FirstStartDateForm(connection=connection),
        "may_act": context.get("may_act", False),
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("sync/back_to_checklist.html", takes_context=True)
def back_to_checklist(context: template.Context) -> dict[str, object]:
    """On a settings page: the way back to the checklist, as long as it is not done."""
    connection = connection_of(context["request"].organization)
    return {"is_open": connection is not None and is_open(connection)}


@register.simple_tag(takes_context=True)
def failed_with_cause(context: template.Context, code: str, kind: str, key: str) -> int:
    """How many failed for one subject, e.g. one set of tax rates; one query per page."""
    request = context["request"]
    counts = getattr(request, "_sync_cause_counts", None)
    if counts is None:
        counts = request._sync_cause_counts = counts_by_cause(request.organization)
    return int(counts.get(Failure(code, Subject(kind, key or "none")).cause_key, 0))
