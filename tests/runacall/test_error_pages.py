"""Error pages: they say what happened and lead to the start page, even when nothing else works."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext
from django.urls import include, path

from runacall import error_pages, urls
from runacall.organizations.models import Organization, Role
from tests import builders

LogIn = Callable[[User], Client]
HOME = '<a class="home" href="/">'


def explode(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("planted")


urlpatterns = [path("explode/", explode), path("", include(urls))]
handler400, handler403 = urls.handler400, urls.handler403
handler404, handler500 = urls.handler404, urls.handler500


@pytest.fixture(autouse=True)
def _with_a_page_that_raises(settings: Any) -> None:
    settings.ROOT_URLCONF = __name__


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/admin/organizations/membership/", 403),
        ("/admin/invoices/invoice/123456/change/", 404),
        ("/no/such/page/", 404),
        ("/admin/invoices/invoice/?total__lte=1", 400),
        ("/explode/", 500),
    ],
)
def test_every_error_has_a_page_with_a_way_home(shop: Organization, log_in: LogIn, address: str, status: int) -> None:
    client = log_in(builders.member(shop, Role.FIELD_TECH))
    client.raise_request_exception = False
    answer = client.get(address)
    assert answer.status_code == status
    html = answer.content.decode()
    assert HOME in html
    assert f"Error {status}" in html
    assert "Run a Call</title>" in html
    assert client.get("/", follow=True).status_code == 200


def test_a_form_that_has_expired_says_what_to_do(shop: Organization) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(builders.member(shop))
    answer = client.post("/organization/switch/", {"organization": shop.pk})
    assert answer.status_code == 403
    html = answer.content.decode()
    assert "This form has expired, and nothing was saved" in html
    assert HOME in html


@pytest.mark.django_db
def test_the_pages_ask_neither_database_nor_session() -> None:
    request = RequestFactory().get("/")  # as middleware left it: no user, no session, no organization
    pages: dict[int, Callable[[], HttpResponse]] = {
        400: lambda: error_pages.bad_request(request, Exception()),
        403: lambda: error_pages.forbidden(request, Exception()),
        404: lambda: error_pages.not_found(request, Exception()),
        500: lambda: error_pages.broken(request),
    }
    with CaptureQueriesContext(connection) as queries:
        for status, make in pages.items():
            assert make().status_code == status
    assert not queries.captured_queries
