"""Joining, changing roles in and leaving an organization; knows nothing about pages.

Every change first locks the organization's row and then reads the roles again. So when two people change each other
at the
same time, one comes after the other, and the second is checked against the result of the first.
"""

from __future__ import annotations

from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runacall.organizations.models import Ability, Membership, Organization, Role


def lock(organization: Organization) -> Organization:
    """Lock the team until the transaction ends: nobody else can change it."""
    return Organization.objects.select_for_update().get(pk=organization.pk)


@transaction.atomic
def add_member(organization: Organization, *, person: User, role: str, by: Membership | None = None) -> Membership:
    """Give a log-in a place in the organization.

    Raises ValidationError if the person already has one, belongs to our support, or `by` may not give that role;
    `by` None is the command line.
    """
    lock(organization)
    refuse_beyond(by, role)
    membership = Membership(organization=organization, user=person, role=role)
    membership.full_clean()
    membership.save()
    if not person.is_staff:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
    return membership


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: Membership) -> None:
    """Raises ValidationError if `by` may not do it, or if the organization would be left without an Owner."""
    lock(membership.organization)
    stored = _stored_membership(membership)
    refuse_beyond(by, stored.role, role)
    if role != Role.OWNER:
        _refuse_last_owner(stored)
    membership.role = stored.role = role
    stored.save(update_fields=["role"])


@transaction.atomic
def remove_member(membership: Membership, *, by: Membership) -> None:
    """Remove the membership, not the log-in. Raises ValidationError as `change_role` does."""
    lock(membership.organization)
    stored = _stored_membership(membership)
    refuse_beyond(by, stored.role)
    _refuse_last_owner(stored)
    stored.delete()


def roles_given_by(membership: Membership | None) -> list[Role]:
    """Only an Owner can add or remove Owners."""
    if membership is None or membership.role == Role.OWNER:
        return list(Role)
    return [role for role in Role if role != Role.OWNER]


def refuse_beyond(by: Membership | None, *roles: str) -> None:
    """Raises ValidationError unless `by`, as stored in the database now, may give and take all `roles`."""
    if by is None:
        return
    now = Membership.objects.filter(pk=by.pk).first()
    if now is None or not now.can(Ability.MANAGE_TEAM):
        raise ValidationError("You no longer manage this team.")
    if not set(roles) <= set(roles_given_by(now)):
        raise ValidationError("Only an Owner can add, change or remove an Owner.")


def _stored_membership(membership: Membership) -> Membership:
    stored = Membership.objects.select_related("organization").filter(pk=membership.pk).first()
    if stored is None:
        raise ValidationError("This person has already left the team.")
    return stored


def _refuse_last_owner(membership: Membership) -> None:
    if membership.is_last_owner():
        raise ValidationError("An organization needs an Owner. Make another person Owner first.")
