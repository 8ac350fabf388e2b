"""Who joins, changes and leaves a team, and the organization's own page."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.test import Client

from runacall.organizations import team
from runacall.organizations.models import Membership, Organization, Role
from tests import builders

LogIn = Callable[[User], Client]
LIST = "/admin/organizations/membership/"


def of(person: User) -> Membership:
    return Membership.objects.get(user=person)


def test_nobody_is_added_without_saying_yes(shop: Organization, log_in: LogIn) -> None:
    """An Owner who added an address saw the password of its new log-in, which another shop trusted later."""
    client = log_in(builders.member(shop))
    given = {"email": "ann@example.com", "first_name": "Ann", "last_name": "Lee", "role": Role.DISPATCHER}
    assert client.post(f"{LIST}add/", given).status_code == 403
    assert not User.objects.filter(email="ann@example.com").exists()
    page = client.get(LIST)
    assert "Invite a person" in page.content.decode()
    led = client.get(f"{LIST}invite/", follow=True)
    assert led.request["PATH_INFO"] == "/admin/accounts/invitation/add/"
    assert led.status_code == 200


def test_support_deletes_no_members_log_in(shop: Organization, log_in: LogIn) -> None:
    owner, support = builders.member(shop), log_in(builders.superuser())
    url = f"/admin/auth/user/{owner.pk}/delete/"
    assert support.post(url, {"post": "yes"}).status_code == 403
    chosen = {"action": "delete_selected", "_selected_action": [owner.pk], "post": "yes"}
    support.post("/admin/auth/user/", chosen)
    assert of(owner).role == Role.OWNER


def test_our_support_is_no_member(shop: Organization) -> None:
    with pytest.raises(ValidationError, match="support"):
        team.add_member(shop, person=builders.superuser(), role=Role.OWNER)
    assert not Membership.objects.exists()


def test_a_member_does_not_become_our_support(shop: Organization, log_in: LogIn) -> None:
    person, client = builders.member(shop), log_in(builders.superuser())
    url = f"/admin/auth/user/{person.pk}/change/"
    form = client.get(url).context["adminform"].form
    posted = {name: value for name, value in form.initial.items() if isinstance(value, str) and value}
    posted |= {"is_active": "on", "is_staff": "on", "date_joined_0": "2026-06-17", "date_joined_1": "12:00"}
    answer = client.post(url, posted | {"is_superuser": "on"})
    assert "cannot be in our support team too" in answer.content.decode()
    person.refresh_from_db()
    assert not person.is_superuser


def test_an_admin_neither_makes_nor_unmakes_owners(shop: Organization, log_in: LogIn) -> None:
    owner = builders.member(shop)
    admin = log_in(builders.member(shop, Role.ADMIN))
    asked = {"email": "ann@example.com", "role": Role.OWNER}
    assert "Select a valid choice" in admin.post("/admin/accounts/invitation/add/", asked).content.decode()
    url = f"{LIST}{of(owner).pk}/"
    assert admin.post(f"{url}change/", {"role": Role.ADMIN}).status_code == 403
    assert admin.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    assert of(owner).role == Role.OWNER


def test_the_last_owner_stays(shop: Organization, log_in: LogIn) -> None:
    owner = builders.member(shop)
    client = log_in(owner)
    url = f"{LIST}{of(owner).pk}/"
    assert "needs an Owner" in client.post(f"{url}change/", {"role": Role.ADMIN}).content.decode()
    assert client.post(f"{url}delete/", {"post": "yes"}).status_code == 403
    second = builders.member(shop)
    assert client.post(f"{LIST}{of(second).pk}/change/", {"role": Role.FIELD_TECH}).status_code == 302
    assert of(second).role == Role.FIELD_TECH
    assert client.post(f"{LIST}{of(second).pk}/delete/", {"post": "yes"}).status_code == 302
    assert User.objects.filter(pk=second.pk).exists()
    assert not Membership.objects.filter(user=second).exists()


def test_the_last_owner_stays_by_any_road(shop: Organization) -> None:
    """Two people who unmake each other at once get past their pages' own check."""
    owner = of(builders.member(shop))
    with pytest.raises(ValidationError, match="needs an Owner"):
        team.change_role(owner, Role.ADMIN, by=owner)
    with pytest.raises(ValidationError, match="needs an Owner"):
        team.remove_member(owner, by=owner)
    assert Membership.objects.get(pk=owner.pk).role == Role.OWNER


@pytest.mark.parametrize(("zone", "code"), [("America/Chicago", 302), ("Ohio", 200), ("", 200)])
def test_the_organizations_own_page(shop: Organization, log_in: LogIn, zone: str, code: int) -> None:
    client = log_in(builders.member(shop, Role.ADMIN))
    url = f"/admin/organizations/organization/{shop.pk}/change/"
    response = client.post(url, {"name": "Lakeside", "time_zone": zone, "country": "US", "slug": "stolen"})
    assert response.status_code == code
    shop.refresh_from_db()
    assert (shop.time_zone == zone, shop.slug) == (code == 302, "lakeside")
    assert client.get("/admin/organizations/organization/add/").status_code == 403


def test_pages_show_the_shops_own_time(shop: Organization, log_in: LogIn) -> None:
    shop.time_zone = "Pacific/Kiritimati"
    shop.save()
    client = log_in(builders.member(shop))
    customer = builders.customer(shop)
    blank = {f"{kind}_{part}": "" for kind in ("billing", "service") for part in ("line1", "line2", "city")}
    client.post(f"/admin/invoices/customer/{customer.pk}/change/", blank | {"name": "Ann"})
    html = client.get(f"/admin/invoices/customer/{customer.pk}/history/")
    assert html.status_code == 200
    assert html.context["request"].organization.zone.key == "Pacific/Kiritimati"
