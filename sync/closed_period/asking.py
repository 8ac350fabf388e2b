"""Asking the accountant about records of a closed period: a link without a log-in, and what her answer does.

The link is signed, holds two weeks, is answered once, and can be revoked. It opens one question and nothing else.
"""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Mapping

from django.contrib.auth.models import AbstractBaseUser
from django.core import signing
from django.db import transaction
from django.urls import reverse

from runacall.organizations.models import Organization
from sync.closed_period.hold import release
from sync.models import Answer, Guest, Question, QuestionState, State, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations.dating import post_to_current_period
from sync.operations.dismissing import dismiss
from sync.operations.recording import Report, User, record_action
from sync.operations.retrying import retry
from sync.posting import NOT_CLOSED, closed_facts, is_in_closed_period, noun_of

HOLDS_FOR = dt.timedelta(days=14)
SALT = "sync.accountant"
# As many as she can look through.
MOST = 200
TOO_MANY = f"more than the {MOST} that one question takes"


class AlteredLink(Exception):
    """The link was not made by us, or is not complete."""


class NotWaiting(Exception):
    """The question was answered, revoked, or has expired."""


def ask(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: dt.datetime,
    to_name: str = "",
    note: str = "",
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Make a question about these, and its link. It changes nothing about them. `made` is the question's id."""
    stopped = events.filter(state__in=(State.FAILED, State.HELD)).order_by("pk")
    closed = [event for event in stopped if is_in_closed_period(event)]
    asked = closed[:MOST]
    left = {NOT_CLOSED: events.count() - len(closed), TOO_MANY: len(closed) - len(asked)}
    counts = {reason: count for reason, count in left.items() if count}
    if dry_run or not asked:
        return Report(len(asked), counts)
    with transaction.atomic():
        question = Question.objects.create(
            organization_id=asked[0].organization_id,
            key=secrets.token_urlsafe(18),
            to_name=to_name,
            note=note,
            closing_date=_closing_date(asked[0]),
            asked_by=by if isinstance(by, AbstractBaseUser) else None,  # type: ignore[misc]
            asked_at=at,
            expires_at=at + HOLDS_FOR,
        )
        question.events.set(asked)
        record_action(
            asked[0].organization_id,
            "ask_accountant",
            by=by,
            at=at,
            done=len(asked),
            left=counts,
            filters=filters,
            reason=to_name,
        )
    return Report(len(asked), counts, made=question.pk)


def _closing_date(event: SyncEvent) -> dt.date | None:
    facts = closed_facts(event)
    text = str(facts.get("closing_date") or "")
    return dt.date.fromisoformat(text) if text else None


def link_path(question: Question) -> str:
    return reverse("sync:accountant", args=[signing.dumps([question.pk, question.key], salt=SALT, compress=False)])


def open_link(token: str, *, at: dt.datetime) -> Question:
    """The question behind a link, in whatever state it is. Raises AlteredLink."""
    try:
        pk, key = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise AlteredLink from error
    question = Question.objects.select_related("organization", "asked_by").filter(pk=pk, key=key).first()
    if question is None:
        raise AlteredLink
    if question.opened_at is None and question.state(at=at) == QuestionState.WAITING:
        Question.objects.filter(pk=pk, opened_at=None).update(opened_at=at)
    return question


@transaction.atomic
def revoke(question: Question, *, by: AbstractBaseUser, at: dt.datetime) -> None:
    """Its link stops working. Raises NotWaiting."""
    stored = _waiting(question, at=at)
    stored.revoked_at, stored.revoked_by = at, by  # type: ignore[assignment]
    stored.save(update_fields=["revoked_at", "revoked_by"])


@transaction.atomic
def answer(question: Question, choice: str, *, at: dt.datetime, note: str = "") -> Question:
    """Record the accountant's answer and do what it says to those invoices that the closing date still stops.

    What was sent, dismissed or edited since she was asked is left alone. Raises NotWaiting.
    """
    stored = _waiting(question, at=at)
    stored.answer, stored.answered_at, stored.answer_note = Answer(choice), at, note[:500]
    stored.outcome = _carry_out(stored, at=at)[:500]
    stored.save(update_fields=["answer", "answered_at", "answer_note", "outcome"])
    return stored


def open_events(question: Question) -> SyncEventQuerySet:
    """Its invoices that still wait for her answer: of the company that is connected now."""
    log = SyncEvent.objects.for_organization(Organization(pk=question.organization_id))
    asked = log.filter(pk__in=question.events.values("pk"), state__in=(State.FAILED, State.HELD))
    closed = [event.pk for event in asked if is_in_closed_period(event)]
    return log.filter(pk__in=closed)


def _carry_out(question: Question, *, at: dt.datetime) -> str:
    events, she = open_events(question), Guest(f"{question.to_name} (accountant)")
    left = question.events.count() - events.count()
    noun = noun_of(events)
    unasked = f" {left} changed since the question was asked and stayed as they are." if left else ""
    if question.answer == Answer.LEAVE_OUT:
        said = dismiss(events, by=she, at=at, reason=_reason(question)).sentence("Left out", noun)
    elif question.answer == Answer.POST_TODAY:
        said = post_to_current_period(events, by=she, at=at).sentence("Posted to the current period:", noun)
    else:
        held = release(events.held(), by=she, at=at).done
        failed = retry(events.failed(), by=she, at=at).done
        said = Report(held + failed).sentence("Sending again:", noun)
    return said + unasked


def _reason(question: Question) -> str:
    return f"{question.to_name}, the accountant: leave out" + (
        f" ({question.answer_note})" if question.answer_note else ""
    )


def _waiting(question: Question, *, at: dt.datetime) -> Question:
    # Two answers at once: the second waits here, and then finds the first.
    stored = Question.objects.select_for_update().get(pk=question.pk)
    if stored.state(at=at) != QuestionState.WAITING:
        raise NotWaiting
    return stored
