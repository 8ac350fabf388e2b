"""The command that makes an organization."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from runacall.organizations.models import Membership, Organization, Role


def create(slug: str = "lakeside", **options: Any) -> str:
    out = io.StringIO()
    given = {"name": "Lakeside Heating", "time_zone": "America/New_York", **options}
    call_command("create_organization", slug, stdout=out, **given)
    return out.getvalue()


@pytest.mark.django_db
def test_an_organization() -> None:
    assert create(country="CA") == "Organization “Lakeside Heating” (lakeside, America/New_York) made.\n"
    made = Organization.objects.get()
    assert (made.slug, made.country) == ("lakeside", "CA")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("slug", "options", "reason"),
    [
        ("lakeside", {"time_zone": "Ohio"}, "time_zone: “Ohio” is not a time zone. Use a name such as"),
        ("lakeside", {"time_zone": ""}, "time_zone: This field cannot be blank."),
        ("taken", {}, "slug: Organization with this Slug already exists."),
        ("not a slug", {}, "slug: Enter a valid"),
        ("lakeside", {"name": ""}, "name: This field cannot be blank."),
        ("lakeside", {"country": "usa"}, "country: "),
        ("lakeside", {"owner": "ann"}, "Enter a valid email address."),
    ],
)
def test_mistakes(slug: str, options: dict[str, Any], reason: str) -> None:
    create("taken")
    with pytest.raises(CommandError) as refusal:
        create(slug, **options)
    assert reason in str(refusal.value)
    assert Organization.objects.count() == 1


@pytest.mark.django_db
def test_with_an_owner_whose_password_is_told_once() -> None:
    password = re.search(r"with the password (\S+) \(shown only now\)", create(owner="ann@example.com"))
    assert password
    assert Membership.objects.get().role == Role.OWNER
    assert Client().login(username="ann@example.com", password=password[1])
    assert "that this log-in has already" in create("second", owner="ann@example.com")


@pytest.mark.django_db
def test_with_a_password_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OWNER_PASSWORD", "from the environment")
    said = create(owner="ann@example.com")
    assert "from OWNER_PASSWORD" in said
    assert "from the environment" not in said
    assert Client().login(username="ann@example.com", password="from the environment")
