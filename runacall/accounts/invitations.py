"""Inviting a person to an organization, and accepting; knows nothing about pages.

A link is signed and valid for one invitation, until it is sent again, for a week. A link that was only e-mailed
differs from
the one that the team's page shows, because only the e-mailed one proves that the address belongs to the person.
"""

from __future__ import annotations

import datetime as dt
import secrets
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.urls import reverse

from runacall.accounts.models import Invitation, LogInState
from runacall.accounts.passwords import is_proven, was_chosen_by_its_owner
from runacall.organizations import team
from runacall.organizations.models import Membership, Organization

HOLDS_FOR = dt.timedelta(days=7)
SALT = "runacall.invitation"
SHOWN, MAILED = "s", "m"


class InvalidLink(Exception):
    """The link has no invitation, or its invitation was answered, revoked, sent again or has expired."""


@dataclass(frozen=True)
class OpenedInvitation:
    """What a link leads to; `by_mail`: the link was sent to the invited address and shown nowhere else."""

    invitation: Invitation
    by_mail: bool


@transaction.atomic
def invite(organization: Organization, *, email: str, role: str, by: Membership | None, at: dt.datetime) -> Invitation:
    """An invitation whose link can be sent. It is the same for an address with a log-in and for one without.

    Raises ValidationError when `by` may not give that role (None: the command line), when a member has the address, or
    when it has an invitation that is still open.
    """
    team.lock(organization)
    team.refuse_beyond(by, role)
    email = email.strip().lower()
    if Membership.objects.for_organization(organization).filter(user__username__iexact=email).exists():
        raise ValidationError("This person is already on the team.")
    earlier = Invitation.objects.for_organization(organization).unanswered().filter(email__iexact=email)
    earlier.filter(expires_at__lte=at).update(revoked_at=at)
    invitation = Invitation(
        organization=organization,
        email=email,
        role=role,
        key=_new_key(),
        invited_by=by.user if by else None,
        created_at=at,
        sent_at=at,
        expires_at=at + HOLDS_FOR,
    )
    invitation.full_clean()
    invitation.save()
    return invitation


@transaction.atomic
def send_again(invitation: Invitation, *, by: Membership, at: dt.datetime) -> None:
    """A new link for another week; earlier ones stop working. Raises ValidationError if the invitation was answered."""
    stored = _unanswered(invitation)
    team.refuse_beyond(by, stored.role)
    invitation.key = stored.key = _new_key()
    invitation.sent_at = stored.sent_at = at
    invitation.expires_at = stored.expires_at = at + HOLDS_FOR
    invitation.invited_by = stored.invited_by = by.user
    stored.save(update_fields=["key", "sent_at", "expires_at", "invited_by"])


@transaction.atomic
def revoke(invitation: Invitation, *, by: Membership, at: dt.datetime) -> None:
    """Its links stop working. Raises ValidationError if it was answered."""
    stored = _unanswered(invitation)
    team.refuse_beyond(by, stored.role)
    invitation.revoked_at = stored.revoked_at = at
    stored.save(update_fields=["revoked_at"])


def link_path(invitation: Invitation, *, by_mail: bool) -> str:
    token = signing.dumps([invitation.pk, invitation.key, MAILED if by_mail else SHOWN], salt=SALT)
    return reverse("invitation", args=[token])


def open_link(token: str, *, at: dt.datetime) -> OpenedInvitation:
    """The invitation behind a link. Raises InvalidLink if anything is wrong with it."""
    try:
        pk, key, way = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError) as error:
        raise InvalidLink from error
    invitation = Invitation.objects.select_related("organization", "invited_by").filter(pk=pk, key=key).first()
    if invitation is None or not invitation.is_open(at=at):
        raise InvalidLink
    return OpenedInvitation(invitation, way == MAILED)


def make_log_in(opened: OpenedInvitation, *, password: str, first_name: str, last_name: str, at: dt.datetime) -> None:
    """Create a log-in for the invited address. If there is one, do nothing, but take as long. Nobody joins by this."""
    email = opened.invitation.email
    if User.objects.filter(username__iexact=email).exists():
        make_password(password)
        return
    names = {"first_name": first_name, "last_name": last_name}
    try:
        with transaction.atomic():
            person = User.objects.create_user(email, email, password, is_staff=True, **names)
            was_chosen_by_its_owner(person, proven_at=at if opened.by_mail else None)
    except IntegrityError:
        return  # the same form was sent twice at once


def is_for(opened: OpenedInvitation, person: User) -> bool:
    return person.get_username().lower() == opened.invitation.email.lower()


@transaction.atomic
def accept(opened: OpenedInvitation, *, person: User, at: dt.datetime) -> Membership:
    """`person`, who has signed in, joins, and the invitation is used up.

    Raises ValidationError if the invitation is no longer valid, is another person's, or `person` cannot be trusted
    with it; the message is for the person.
    """
    organization = team.lock(opened.invitation.organization)
    stored: Invitation = Invitation.objects.select_for_update().get(pk=opened.invitation.pk)
    if not stored.is_open(at=at) or stored.key != opened.invitation.key:
        raise ValidationError("This invitation has been used or revoked.")
    if not is_for(opened, person):
        raise ValidationError(f"This invitation is for {stored.email}.")
    if person.memberships.exists() and not is_proven(person):
        # A person who saw the first shop's link may know the password, so the next shop does not trust it.
        raise ValidationError(
            "Before you join another organization, choose a new password by e-mail: sign out, "
            "“Forgotten your password?”, then open this invitation again."
        )
    membership = team.add_member(organization, person=person, role=stored.role, by=_inviter(stored))
    stored.accepted_at, stored.accepted_by = at, person
    stored.save(update_fields=["accepted_at", "accepted_by"])
    LogInState.objects.get_or_create(user=person)
    return membership


def _inviter(invitation: Invitation) -> Membership | None:
    """The person who sent the invitation. Raises ValidationError if they have left since."""
    if invitation.invited_by is None:
        return None
    members = Membership.objects.for_organization(invitation.organization)
    inviter = members.filter(user=invitation.invited_by).first()
    if inviter is None:
        raise ValidationError("The person who invited you is no longer on the team. Ask for a new invitation.")
    return inviter


def _unanswered(invitation: Invitation) -> Invitation:
    stored: Invitation = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if stored.accepted_at or stored.revoked_at:
        raise ValidationError("This invitation has already been accepted or revoked.")
    return stored


def _new_key() -> str:
    return secrets.token_urlsafe(18)
