"""The command that creates an organization."""

from __future__ import annotations

import io
import re
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from django.test import Client

from runacall.organizations.models import Organization


def create(slug: str = "lakeside", **options: Any) -> str:
    out = io.StringIO()
    given = {"name": "Lakeside Heating", "time_zone": "America/New_York", **options}
    call_command("create_organization", slug, stdout=out, **given)
    return out.getvalue()


@pytest.mark.django_db
def test_an_organization() -> None:
    assert create(country="CA") == "Organization “Lakeside Heating” (lakeside, America/New_York) created.\n"
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
def test_with_an_owner_who_is_invited(settings: Any) -> None:
    settings.SITE_URL = "https://app.example.com/"
    said = create(owner="Ann@example.com")
    link = re.search(r"Its Owner joins here: (https://app\.example\.com)(/invitation/\S+/)\n", said)
    assert link
    assert not User.objects.exists()
    page = Client().get(link[2]).content.decode()
    assert "Lakeside Heating" in page
    assert "as Owner" in page
    assert "ann@example.com" in page
