"""Who is told: people who manage QuickBooks and want it; and the links with which they stop it."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.urls import reverse

from runacall.organizations.models import Membership, Organization
from sync.models import Wish

SALT = "sync.notifications"


def wish_of(membership: Membership) -> Wish:
    """What the person chose, or what holds without a choice; not saved."""
    found = Wish.objects.filter(organization=membership.organization, user=membership.user).first()
    return found or Wish(organization=membership.organization, user=membership.user)


def who_wants(organization: Organization, what: str, *, at: datetime) -> list[Membership]:
    """The members to write to. `what`: `at_once` or `digest`. Nobody who snoozes, cannot act, or has no address."""
    members = Membership.objects.filter(organization=organization, user__is_active=True).exclude(user__email="")
    found = []
    for member in members.select_related("user", "organization"):
        wish = wish_of(member)
        snoozes = wish.snoozed_until is not None and wish.snoozed_until > at
        if member.manages_quickbooks and getattr(wish, what) and not snoozes:
            found.append(member)
    return found


def address(path: str) -> str:
    """The whole address of a page of ours."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def stop_link(organization: Organization, user_id: int) -> str:
    """The link that ends the e-mails of one person about one organization, without logging in."""
    token = signing.dumps([organization.pk, user_id], salt=SALT)
    return address(reverse("sync:stop_notifications", args=[token]))


def meant_by(token: str) -> tuple[int, int] | None:
    """The organization and the person that a link is for; None for any other text."""
    try:
        organization_id, user_id = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return int(organization_id), int(user_id)


def stop(organization_id: int, user_id: int) -> None:
    """No more e-mails of either kind."""
    Wish.objects.update_or_create(
        organization_id=organization_id, user_id=user_id, defaults={"at_once": False, "digest": False}
    )
