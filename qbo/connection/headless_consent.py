"""Goes through Intuit's consent page without a browser, for an emulator on this machine; it stores nothing."""

from __future__ import annotations

import secrets
from urllib.parse import parse_qs, urlsplit

import requests

from qbo.connection.connecting import Grant
from qbo.connection.endpoints import emulator_endpoints
from qbo.connection.oauth import OAuthClient
from qbo.connection.tokens import oauth_client

# Nothing is fetched from here: only the redirect's query is used.
REDIRECT_URI = "http://127.0.0.1/quickbooks/callback/"


class ConsentFailed(Exception):
    """The consent page could not be reached, refused us, or came back with a wrong state."""


def consent(emulator_url: str, *, realm_id: str = "") -> Grant:
    """Agree on the consent page, for the company `realm_id` or the emulator's first.

    Raises NotLoopback for another machine's address, and ConsentFailed.
    """
    emulator_endpoints(emulator_url)
    client = oauth_client("emulator", emulator_url)
    state = secrets.token_urlsafe(24)
    url = client.authorize_url(redirect_uri=REDIRECT_URI, state=state)
    form = {"decision": "allow"} | ({"realm_id": realm_id} if realm_id else {})
    with requests.Session() as session:
        _call(session, "GET", url, client, expected=(200,))
        answered = _way_back(_call(session, "POST", url, client, expected=(302, 303), form=form))
    if answered.get("state") != state:
        raise ConsentFailed("The answer has a wrong state; nothing was connected.")
    if "code" not in answered or "realmId" not in answered:
        raise ConsentFailed(f"No consent was given: {answered.get('error', 'no code came back')}.")
    return Grant(code=answered["code"], realm_id=answered["realmId"], redirect_uri=REDIRECT_URI)


def _call(
    session: requests.Session,
    method: str,
    url: str,
    client: OAuthClient,
    *,
    expected: tuple[int, ...],
    form: dict[str, str] | None = None,
) -> requests.Response:
    try:
        answer = session.request(method, url, data=form, timeout=client.timeout, allow_redirects=False)
    except requests.RequestException as error:
        raise ConsentFailed(f"No emulator answers at {client.endpoints.api} ({type(error).__name__}).") from error
    if answer.status_code not in expected:
        raise ConsentFailed(f"The consent page at {client.endpoints.api} answered {answer.status_code}.")
    return answer


def _way_back(answer: requests.Response) -> dict[str, str]:
    """The query of the redirect to us."""
    location = answer.headers.get("Location", "")
    if not location.startswith(REDIRECT_URI):
        raise ConsentFailed("The consent page does not lead back to us.")
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
