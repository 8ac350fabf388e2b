"""The accountant's page, which needs no log-in, and the page on which the shop sees what it asked and her answer."""

from __future__ import annotations

from contextlib import suppress

from django import forms
from django.contrib import messages
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from qbo.pages.base import page_context, settings_page
from runacall import clock
from runacall.accounts.client_address import client_address
from runacall.invoices.money import dollars
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from sync.closed_period import asking
from sync.models import Answer, Question, QuestionState, SyncEvent
from sync.posting import cannot_post_today, closed_facts

# Requests that one address may make within a minute of the first; each web process counts for itself.
MOST_A_MINUTE = 30
NUL = "\x00"


class AnswerForm(forms.Form):
    """Her choice, and a word to the shop if she likes."""

    choice = forms.ChoiceField(choices=Answer.choices, widget=forms.RadioSelect)
    note = forms.CharField(max_length=500, required=False)

    def clean_note(self) -> str:
        return str(self.cleaned_data["note"]).replace(NUL, "").strip()


@never_cache
@require_http_methods(["GET", "POST"])
def accountant(request: VisitorRequest, token: str) -> HttpResponse:
    """Exactly the records that she was asked about, and the three answers; afterwards, what she answered.

    Looks at no session: who is signed in here sees the same.
    """
    at = clock.now()
    if _too_often(request):
        answer = _page(request, "Too many requests", status=429, ended="too_often")
        answer["Retry-After"] = "60"
        return answer
    try:
        question = asking.open_link(token, at=at)
    except asking.AlteredLink:
        return _page(request, "This link does not work", status=404, ended="altered")
    form = AnswerForm(request.POST or None)
    if request.method == "POST" and question.state(at=at) == QuestionState.WAITING and form.is_valid():
        # Somebody may answer or revoke it at the same moment: the page says so.
        with suppress(asking.NotWaiting):
            asking.answer(question, form.cleaned_data["choice"], at=at, note=form.cleaned_data["note"])
        return HttpResponseRedirect(request.path)
    return _of_question(request, question, form)


def _of_question(request: HttpRequest, question: Question, form: AnswerForm) -> HttpResponse:
    at = clock.now()
    state = question.state(at=at)
    if state in (QuestionState.REVOKED, QuestionState.EXPIRED):
        return _page(
            request,
            f"This question has {'been revoked' if state is QuestionState.REVOKED else 'expired'}",
            status=410,
            ended=str(state),
            question=question,
        )
    if state == QuestionState.ANSWERED:
        return _page(request, "Thank you", ended=str(state), question=question, local=_local(question))
    events = _events(question)
    more = {"question": question, "form": form, "local": _local(question), **_listed(events)}
    return _page(
        request,
        f"A question from {question.organization.name}",
        more | {"cannot_post": _cannot_post(events)},
        status=422 if form.is_bound else 200,
    )


def _events(question: Question) -> list[SyncEvent]:
    return list(question.events.select_related("organization", "connection").order_by("label", "pk"))


def _listed(events: list[SyncEvent]) -> dict[str, object]:
    """The rows with each one's date in the books, and what they come to."""
    rows = [
        {"event": event, "date": _date(event), "money": dollars(event.amount) if event.amount is not None else ""}
        for event in events
    ]
    total = sum((event.amount for event in events if event.amount is not None), start=0)
    kinds = {event.record_type for event in events}
    noun = "record" if len(kinds) > 1 else "payment" if kinds == {"payment"} else "invoice"
    return {"rows": rows, "total": dollars(total), "noun": noun}  # type: ignore[arg-type]


def _date(event: SyncEvent) -> str:
    facts = closed_facts(event)
    return str(facts.get("invoice_date") or facts.get("received_date") or "")


def _cannot_post(events: list[SyncEvent]) -> str:
    """Why "Post in the current period" would help none of them; "" if it helps one."""
    at = clock.now()
    refusals = [cannot_post_today(event, at=at) for event in events]
    return refusals[0] if refusals and all(refusals) else ""


def _local(question: Question) -> dict[str, str]:
    organization = question.organization
    return {
        "expires": f"{organization.local(question.expires_at):%B %-d, %Y}",
        "answered": f"{organization.local(question.answered_at):%B %-d, %Y at %H:%M}" if question.answered_at else "",
    }


def _page(
    request: HttpRequest, title: str, context: dict[str, object] | None = None, *, status: int = 200, **more: object
) -> HttpResponse:
    answer = TemplateResponse(
        request, "sync/accountant.html", {"title": title, **(context or {}), **more}, status=status
    )
    answer["X-Robots-Tag"] = "noindex"
    return answer


def _too_often(request: HttpRequest) -> bool:
    key = f"accountant:{client_address(request)}"
    cache.add(key, 0, 60)
    return bool(cache.incr(key) > MOST_A_MINUTE)


# --- for the shop -----------------------------------------------------------------------------------------------------


@settings_page
@require_GET
def question(request: StaffRequest, question_id: int) -> HttpResponse:
    """What was asked by whom and when, its link while it waits, and the answer with what came of it."""
    found = _found(request, question_id)
    at = clock.now()
    state = found.state(at=at)
    link = request.build_absolute_uri(asking.link_path(found)) if state == QuestionState.WAITING else ""
    context = {
        **page_context(request, "Question to the accountant"),
        "question": found,
        "state": state,
        "link": link,
        "letter": _letter(found, link) if link else "",
        "log_url": reverse("admin:sync_syncevent_changelist"),
        **_listed(_events(found)),
    }
    return TemplateResponse(request, "sync/question.html", context)


@settings_page
@require_POST
def revoke_question(request: StaffRequest, question_id: int) -> HttpResponse:
    found = _found(request, question_id)
    try:
        asking.revoke(found, by=request.user, at=clock.now())
    except asking.NotWaiting:
        messages.warning(request, "It has been answered, revoked or has expired, so there was nothing to revoke.")
    else:
        messages.success(request, f"Revoked. The link for {found.to_name} no longer works.")
    return HttpResponseRedirect(reverse("sync:question", args=[found.pk]))


def _found(request: StaffRequest, question_id: int) -> Question:
    rows = Question.objects.for_organization(request.organization).select_related(
        "asked_by", "revoked_by", "organization"
    )
    return get_object_or_404(rows, pk=question_id)


def _letter(question: Question, link: str) -> str:
    """The text of an e-mail to her."""
    closed = f" through {question.closing_date:%B %-d, %Y}" if question.closing_date else ""
    return (
        f"Hello {question.to_name},\n\nThe books in QuickBooks are closed{closed}, and some of our invoices are dated"
        " before that. Please choose on this page what to do with them. It needs no log-in and shows only these"
        f" invoices:\n\n{link}\n\nIt can be answered once, until {_local(question)['expires']}.\n"
        + (f"\n{question.note}\n" if question.note else "")
        + f"\n{question.organization.name}\n"
    )
