"""Intuit's OAuth: consent, tokens, rotation, revocation, and what the data API says without a good token."""

import base64
import hashlib
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from qbo_emulator import Emulator

from .conftest import Client

BACK = "http://127.0.0.1:8000/callback"
KEYS = ("emulator-client", "emulator-secret")


class App:
    """An app that connects."""

    def __init__(self, books: Client) -> None:
        self.session, self.books = books.session, books
        self.found = self.session.get(f"{books.url}/.well-known/openid_configuration", timeout=9).json()

    def decide(self, decision: str = "allow", **changed: str) -> requests.Response:
        asked = {
            "client_id": KEYS[0],
            "response_type": "code",
            "scope": "com.intuit.quickbooks.accounting",
            "redirect_uri": BACK,
            "state": "s-1",
            **changed,
        }
        return self.session.post(
            self.found["authorization_endpoint"],
            params=asked,
            data={"decision": decision},
            allow_redirects=False,
            timeout=9,
        )

    def callback(self, decision: str = "allow", **changed: str) -> dict[str, str]:
        location = self.decide(decision, **changed).headers["Location"]
        return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}

    def token(self, keys: tuple[str, str] = KEYS, **form: str) -> requests.Response:
        return self.session.post(self.found["token_endpoint"], data=form, auth=keys, timeout=9)

    def pair(self, **changed: str) -> dict[str, str]:
        code = self.callback(**changed)["code"]
        answer = self.token(grant_type="authorization_code", code=code, redirect_uri=BACK)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refresh(self, token: str) -> requests.Response:
        return self.token(grant_type="refresh_token", refresh_token=token)

    def reads(self, token: str) -> requests.Response:
        self.books.headers["Authorization"] = f"Bearer {token}"
        return self.books.call("GET", "companyinfo/1")


@pytest.fixture
def app(books: Client) -> App:
    return App(books)


def test_consent_leads_back_with_code_state_and_realm(app: App, emulator: Emulator) -> None:
    back = app.callback()
    assert back["state"] == "s-1"
    assert back["realmId"] == emulator.realm_id
    assert back["code"]


def test_discovery_tells_the_claims(app: App) -> None:
    assert set(app.found["claims_supported"]) >= {"aud", "exp", "iat", "iss", "realmid", "sub"}


def test_a_refusal_leads_back_with_an_error(app: App) -> None:
    assert app.callback("refuse") == {"error": "access_denied", "state": "s-1"}


def test_the_consent_page_asks(app: App) -> None:
    page = app.session.get(
        app.found["authorization_endpoint"],
        params={"client_id": KEYS[0], "scope": "com.intuit.quickbooks.accounting", "redirect_uri": BACK},
        timeout=9,
    )
    assert page.status_code == 200
    assert "com.intuit.quickbooks.accounting" in page.text


@pytest.mark.parametrize("changed", [{"client_id": "other"}, {"redirect_uri": "https://example.com/"}, {"scope": ""}])
def test_a_request_for_consent_that_is_wrong(app: App, changed: dict[str, str]) -> None:
    assert app.decide(**changed).status_code == 400


def test_a_pair_has_the_recorded_fields(app: App) -> None:
    pair = app.pair()
    assert (pair["token_type"], pair["expires_in"], pair["x_refresh_token_expires_in"]) == ("bearer", 3600, 8726400)
    assert app.reads(pair["access_token"]).status_code == 200


def test_a_code_works_once(app: App) -> None:
    code = app.callback()["code"]
    form = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    assert app.token(**form).status_code == 200
    assert app.token(**form).json()["error"] == "invalid_grant"


def test_a_code_ends_after_minutes(app: App) -> None:
    code = app.callback()["code"]
    app.books.do("advance_clock", seconds=301)
    answer = app.token(grant_type="authorization_code", code=code, redirect_uri=BACK)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")


def test_a_refresh_token_works_once(app: App) -> None:
    pair = app.pair()
    fresh = app.refresh(pair["refresh_token"])
    assert fresh.json()["refresh_token"] != pair["refresh_token"]
    again = app.refresh(pair["refresh_token"])
    assert again.status_code == 400
    assert again.json() == {"error": "invalid_grant", "error_description": "Incorrect or invalid refresh token"}


def test_the_refresh_token_changes_daily_by_switch(app: App) -> None:
    app.books.do("switch", name="refresh_rotation", value="daily")
    pair = app.pair()
    assert app.refresh(pair["refresh_token"]).json()["refresh_token"] == pair["refresh_token"]
    app.books.do("advance_clock", seconds=86401)
    assert app.refresh(pair["refresh_token"]).json()["refresh_token"] != pair["refresh_token"]


def test_the_old_refresh_token_lives_on_by_switch(app: App) -> None:
    app.books.do("switch", name="old_refresh_token", value="valid_24h")
    pair = app.pair()
    app.refresh(pair["refresh_token"])
    assert app.refresh(pair["refresh_token"]).status_code == 200


def test_a_wrong_secret(app: App) -> None:
    answer = app.token(("emulator-client", "nope"), grant_type="refresh_token", refresh_token="x")
    assert (answer.status_code, answer.json()) == (401, {"error": "invalid_client"})


def test_an_access_token_ends_after_an_hour_in_the_lower_case_shape(app: App) -> None:
    pair = app.pair()
    app.books.do("advance_clock", seconds=3601)
    answer = app.reads(pair["access_token"])
    assert answer.status_code == 401
    error = answer.json()["fault"]["error"][0]
    assert error["code"] == "3200"
    assert error["message"] == "message=AuthenticationFailed; errorCode=003200; statusCode=401"
    assert isinstance(answer.json()["time"], int)
    assert 'error="invalid_token"' in answer.headers["WWW-Authenticate"]


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
def test_revoking_either_token_ends_the_connection(app: App, which: str) -> None:
    pair = app.pair()
    answer = app.session.post(app.found["revocation_endpoint"], json={"token": pair[which]}, auth=KEYS, timeout=9)
    assert (answer.status_code, answer.text) == (200, "")
    assert app.reads(pair["access_token"]).status_code == 401
    assert app.refresh(pair["refresh_token"]).json()["error"] == "invalid_grant"
    again = app.session.post(app.found["revocation_endpoint"], data={"token": pair[which]}, auth=KEYS, timeout=9)
    assert again.status_code == 400


def test_the_bookkeeper_lets_the_access_token_expire(app: App) -> None:
    pair = app.pair()
    app.books.do("expire_token", refresh=False)
    assert app.reads(pair["access_token"]).status_code == 401
    assert app.refresh(pair["refresh_token"]).status_code == 200


def test_the_bookkeeper_lets_the_connection_expire(app: App) -> None:
    pair = app.pair()
    app.books.do("expire_token")
    assert app.reads(pair["access_token"]).status_code == 401
    assert app.refresh(pair["refresh_token"]).status_code == 400


def test_a_disconnected_app_is_forbidden(app: App) -> None:
    pair = app.pair()
    app.books.do("revoke_connection")
    answer = app.reads(pair["access_token"])
    assert answer.status_code == 403
    assert answer.json()["fault"]["error"][0]["code"] == "3100"
    assert app.refresh(pair["refresh_token"]).status_code == 400


def test_a_token_of_another_company_is_refused_in_xml(books: Client) -> None:
    books.realm = "1234567890123456"
    answer = books.call("GET", "companyinfo/1")
    assert answer.status_code == 401
    assert answer.text.startswith("<?xml")
    assert '<Error code="100">' in answer.text


def test_no_token_at_all(books: Client) -> None:
    books.headers.pop("Authorization")
    answer = books.call("GET", "companyinfo/1")
    assert (answer.status_code, answer.json()["fault"]["error"][0]["detail"]) == (401, None)


def test_connecting_again_after_the_connection_ended(app: App) -> None:
    app.books.do("expire_token")
    assert app.reads(app.pair()["access_token"]).status_code == 200


def test_secrets_stay_out_of_the_request_log(app: App, client_of: Callable[[Emulator], Client]) -> None:
    pair = app.pair()
    seen = app.session.get(f"{app.books.url}/emulator/requests", timeout=9).text
    assert pair["refresh_token"] not in seen
    assert "token" in seen


# OpenID


def part(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def claims(app: App, token: str) -> dict[str, Any]:
    """The claims of a token whose signature is right by the published key."""
    head, body, signature = token.split(".")
    told = json.loads(part(head))
    keys = app.session.get(app.found["jwks_uri"], timeout=9).json()["keys"]
    [key] = [one for one in keys if one["kid"] == told["kid"]]
    modulus, exponent = (int.from_bytes(part(key[name]), "big") for name in ("n", "e"))
    opened = pow(int.from_bytes(part(signature), "big"), exponent, modulus).to_bytes(256, "big")
    assert opened.startswith(b"\x00\x01\xff")
    assert opened.endswith(b"\x00" + DIGEST_OF_SHA_256 + hashlib.sha256(f"{head}.{body}".encode()).digest())
    return json.loads(part(body))


DIGEST_OF_SHA_256 = bytes.fromhex("3031300d060960864801650304020105000420")
ACCOUNTING = "com.intuit.quickbooks.accounting"


def test_who_asks_for_openid_gets_a_signed_identity(app: App) -> None:
    said = claims(app, app.pair(scope=f"openid {ACCOUNTING}", nonce="n-1")["id_token"])
    assert (said["aud"], said["iss"], said["nonce"]) == ([KEYS[0]], app.found["issuer"], "n-1")
    assert said["realmid"] == app.books.realm
    assert 0 < said["exp"] - said["iat"] <= 3600
    assert set(app.found["claims_supported"]) <= set(said)
    assert "id_token" not in app.pair()


def test_openid_alone_is_about_no_company(app: App) -> None:
    back = app.callback(scope="openid email")
    assert set(back) == {"code", "state"}
    answer = app.token(grant_type="authorization_code", code=back["code"], redirect_uri=BACK).json()
    assert "realmid" not in claims(app, answer["id_token"])


@pytest.mark.parametrize(
    ("scope", "seen"),
    [
        ("openid", set()),
        ("openid email", {"email", "emailVerified"}),
        ("openid profile phone", {"givenName", "familyName", "phoneNumber", "phoneNumberVerified"}),
        ("openid address", {"address"}),
    ],
)
def test_a_profile_tells_what_its_scopes_let_see(app: App, scope: str, seen: set[str]) -> None:
    pair = app.pair(scope=scope)
    for token in (pair["access_token"], app.refresh(pair["refresh_token"]).json()["access_token"]):
        headers = {"Authorization": f"Bearer {token}"}
        told = app.session.get(app.found["userinfo_endpoint"], headers=headers, timeout=9).json()
        assert set(told) == {"sub", *seen}
