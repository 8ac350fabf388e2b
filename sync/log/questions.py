"""What the log says about questions to the accountant: those that wait, and those that ended lately."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.urls import reverse

from runacall.organizations.models import Organization
from sync.log.wording import counted
from sync.models import Question, QuestionState, SyncEvent

SHOWN_FOR = timedelta(days=7)
MOST = 5


@dataclass(frozen=True)
class Asked:
    """One question in a sentence, with its page."""

    question: Question
    sentence: str
    url: str


def questions_for(organization: Organization | None, *, at: datetime) -> list[Asked]:
    """The latest first; one query."""
    since = at - SHOWN_FOR
    recent = (
        Q(expires_at__gt=since, answered_at=None, revoked_at=None) | Q(answered_at__gt=since) | Q(revoked_at__gt=since)
    )
    rows = Question.objects.for_organization(organization).filter(recent).select_related("asked_by")
    return _told(rows.annotate(count=Count("events"))[:MOST], organization, at)


def questions_about(event: SyncEvent, organization: Organization, *, at: datetime) -> list[Asked]:
    """Those that this event was part of, the latest first."""
    rows = Question.objects.for_organization(organization).filter(events=event).select_related("asked_by")
    return _told(rows[:MOST], organization, at)


def _told(questions: Iterable[Question], organization: Organization | None, at: datetime) -> list[Asked]:
    return [Asked(one, _sentence(one, organization, at), reverse("sync:question", args=[one.pk])) for one in questions]


def _sentence(question: Question, organization: Organization | None, at: datetime) -> str:
    """E.g. "Jane Roe was asked about 3 invoices on 2026-06-18 by Ann Lee: waiting, the link holds until 2026-07-02"."""

    def day(moment: datetime) -> str:
        return f"{organization.local(moment):%Y-%m-%d}" if organization else ""

    count = getattr(question, "count", None)
    about = f" about {counted(count, 'invoice')}" if count is not None else ""
    by = question.asked_by.get_full_name() or question.asked_by.get_username() if question.asked_by else "the shop"
    state = question.state(at=at)
    ends = {
        QuestionState.WAITING: f"waiting for an answer, the link holds until {day(question.expires_at)}",
        QuestionState.EXPIRED: f"no answer, the link expired on {day(question.expires_at)}",
        QuestionState.REVOKED: "the link was revoked",
        QuestionState.ANSWERED: f"“{question.get_answer_display()}”",
    }[state]
    return f"{question.to_name} was asked{about} on {day(question.asked_at)} by {by}: {ends}"
