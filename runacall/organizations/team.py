"""Who joins, changes role in and leaves an organization; knows no page."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

from django.contrib.auth import get_user_model
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction

from runacall.organizations.models import Membership, Organization, Role


@dataclass(frozen=True)
class Joined:
    """`password` is that of a new log-in, to be told once; "" for a person who has one already."""

    membership: Membership
    password: str


@transaction.atomic
def add_member(
    organization: Organization,
    *,
    email: str,
    role: str,
    by: Membership | None = None,
    first_name: str = "",
    last_name: str = "",
    password: str = "",
) -> Joined:
    """Gives a person, new or known by e-mail address, a place in the organization.

    Raises ValidationError when the person has one already, or when `by` may not give that role; `by` None is the
    command line.
    """
    _refuse_beyond(by, role)
    person = get_user_model().objects.filter(username__iexact=email).first()
    given = ""
    if person is None:
        given = password or secrets.token_urlsafe(12)
        person = _new_log_in(email, given, first_name, last_name)
    elif not person.is_staff:
        person.is_staff = True
        person.save(update_fields=["is_staff"])
    membership = Membership(organization=organization, user=person, role=role)
    membership.full_clean()
    membership.save()
    return Joined(membership, given)


@transaction.atomic
def change_role(membership: Membership, role: str, *, by: Membership) -> None:
    """Raises ValidationError when `by` may not, or when the organization would be left without an Owner."""
    stored = Membership.objects.select_for_update().get(pk=membership.pk)
    _refuse_beyond(by, stored.role, role)
    if role != Role.OWNER:
        _refuse_last_owner(stored)
    membership.role = role
    membership.save(update_fields=["role"])


@transaction.atomic
def remove_member(membership: Membership, *, by: Membership) -> None:
    """Takes the place, not the log-in. Raises ValidationError as `change_role` does."""
    _refuse_beyond(by, membership.role)
    _refuse_last_owner(membership)
    membership.delete()


def roles_given_by(membership: Membership | None) -> list[Role]:
    """Only an Owner makes and unmakes Owners."""
    if membership is None or membership.role == Role.OWNER:
        return list(Role)
    return [role for role in Role if role != Role.OWNER]


def _refuse_beyond(by: Membership | None, *roles: str) -> None:
    if not set(roles) <= set(roles_given_by(by)):
        raise ValidationError("Only an Owner can add, change or remove an Owner.")


def _refuse_last_owner(membership: Membership) -> None:
    if membership.is_last_owner():
        raise ValidationError("An organization needs an Owner. Make another person Owner first.")


def _new_log_in(email: str, password: str, first_name: str, last_name: str) -> User:
    return get_user_model().objects.create_user(
        username=email,
        email=email,
        password=password,
        first_name=first_name,
        last_name=last_name,
        is_staff=True,
    )
