"""Who joins, changes and leaves a team, and the organization's own page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.test import Client

from runacall.organizations.models import Membership, Organization, Role
from tests import builders

LogIn = Callable[[User], Client]
LIST = "/admin/organizations/membership/"


def add(client: Client, email: str, role: str = Role.DISPATCHER) -> Any:
    return client.post(f"{LIST}add/", {"email": email, "first_name": "Ann", "last_name": "Lee", "role": role})


def of(person: User) -> Membership:
    return Membership.objects.get(user=person)


def test_a_new_person_gets_a_log_in_that_works(shop: Organization, log_in: LogIn) -> None:
    response = add(log_in(builders.member(shop)), "ann@example.com")
    assert response.status_code == 302
    told = next(str(message) for message in get_messages(response.wsgi_request) if "password" in str(message))
    password = re.search(r"only now: (\S+)", told)[1]  # type: ignore[index]
    client = Client()
    assert client.login(username="ann@example.com", password=password)
    assert client.get("/admin/invoices/invoice/").status_code == 200
    assert Membership.objects.get(user__email="ann@example.com").role == Role.DISPATCHER


def test_a_known_person_keeps_the_log_in(shop: Organization, other_shop: Organization, log_in: LogIn) -> None:
    known = builders.member(other_shop, user=builders.user("Ann@example.com"))
    assert add(log_in(builders.member(shop)), "ann@example.com").status_code == 302
    assert known.memberships.count() == 2
    again = add(log_in(builders.member(shop)), "ann@example.com")
    assert "in the team already" in again.content.decode()


def test_an_admin_neither_makes_nor_unmakes_owners(shop: Organization, log_in: LogIn) -> None:
    owner = builders.member(shop)
    admin = log_in(builders.member(shop, Role.ADMIN))
    assert "Select a valid choice" in add(admin, "ann@example.com", Role.OWNER).content.decode()
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
