"""Intuit's OAuth pages and endpoints over HTTP: discovery, consent, token, revoke; knows no company's books."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from qbo_emulator.api import breaking
from qbo_emulator.books.encoding import dumps, loads
from qbo_emulator.messages import JSON_UTF8, Request, Response, base_url, redirect
from qbo_emulator.oauth import consent, identity
from qbo_emulator.oauth.signing import key
from qbo_emulator.world.breakage import Breakage
from qbo_emulator.world.tokens import OAuthFault
from qbo_emulator.world.world import World

DISCOVERY = ("/.well-known/openid_configuration", "/.well-known/openid_sandbox_configuration")
AUTHORIZE = "/connect/oauth2"
TOKEN = "/oauth2/v1/tokens/bearer"  # noqa: S105  an address
REVOKE = "/v2/oauth2/tokens/revoke"
USER_INFO = "/v1/openid_connect/userinfo"
KEYS = "/op/v1/jwks"
LOOPBACK = ("localhost", "127.0.0.1", "::1", "testserver")
HARD_LIFE = 156_032_154  # seconds to the absolute end of a refresh token, as in Intuit's own sample


def serves(path: str) -> bool:
    return path.rstrip("/") in (*DISCOVERY, AUTHORIZE, TOKEN, REVOKE, USER_INFO, KEYS)


def handle(world: World, request: Request, at: datetime) -> Response:
    path = request.path.rstrip("/")
    if path in DISCOVERY:
        return discovery(request)
    if path == AUTHORIZE:
        return authorize(world, request, at)
    if path == TOKEN and request.method == "POST":
        return token(world, request, at)
    if path == REVOKE and request.method == "POST":
        return revoke(world, request, at)
    if path == USER_INFO:
        return user_info(world, request, at)
    return (
        Response(200, dumps({"keys": [key().public()]}))
        if path == KEYS
        else Response(405, dumps({"error": "invalid_request"}))
    )


def discovery(request: Request) -> Response:
    base = base_url(request)
    found = {
        "issuer": issuer(request),
        "authorization_endpoint": f"{base}{AUTHORIZE}",
        "token_endpoint": f"{base}{TOKEN}",
        "userinfo_endpoint": f"{base}{USER_INFO}",
        "revocation_endpoint": f"{base}{REVOKE}",
        "jwks_uri": f"{base}{KEYS}",
        "response_types_supported": ["code"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["RS256"],
        "scopes_supported": ["openid", "email", "profile", "address", "phone"],
        "token_endpoint_auth_methods_supported": ["client_secret_post", "client_secret_basic"],
        "claims_supported": ["aud", "exp", "iat", "iss", "realmid", "sub"],
    }
    return Response(200, dumps(found), JSON_UTF8)


def issuer(request: Request) -> str:
    return f"{base_url(request)}/op/v1"


# consent


def authorize(world: World, request: Request, at: datetime) -> Response:
    """The consent page (GET), and where a decision leads (POST with decision=allow or refuse)."""
    form = request.form if request.method == "POST" else {}
    asked = {**request.query, **form}
    wrong = problem(world, asked)
    if wrong:
        return consent.refused(wrong)
    if request.method != "POST":
        return consent.page(world, request)
    back = asked["redirect_uri"]
    if form.get("decision") != "allow":
        return go_back(back, error="access_denied", state=asked.get("state", ""))
    realm = form.get("realm_id") or world.realm_id
    if realm not in world.companies:
        return consent.refused(f"There is no company {realm} here.")
    scope = asked["scope"]
    code = world.tokens.issue_code(realm, back, at=at, scope=scope, nonce=asked.get("nonce", ""))
    told = realm if identity.is_about_company(scope) else ""
    return go_back(back, code=code, state=asked.get("state", ""), realmId=told)


def go_back(uri: str, **parameters: str) -> Response:
    mark = "&" if urlsplit(uri).query else "?"
    return redirect(uri + mark + urlencode({name: value for name, value in parameters.items() if value}))


def problem(world: World, asked: dict[str, str]) -> str:
    """Why this request for consent cannot be shown; empty if it can."""
    uri = urlsplit(asked.get("redirect_uri", ""))
    if asked.get("client_id") != world.tokens.client_id:
        return "The client_id is not known here."
    if asked.get("response_type", "code") != "code":
        return "The response_type must be code."
    if not asked.get("scope"):
        return "The scope is missing."
    if uri.scheme not in ("http", "https") or uri.hostname not in LOOPBACK:
        return "The redirect_uri must lead to this machine."
    return ""


# tokens


def token(world: World, request: Request, at: datetime) -> Response:
    world.log.count("token")
    ordered = world.breakages.strike("token", frozenset(), request.form.get("grant_type", ""))
    if ordered and not ordered.after_commit:
        return broken(ordered, at)
    try:
        check_client(world, request)
        body = granted(world, request, at)
    except OAuthFault as fault:
        return Response(fault.status, dumps(fault.body), JSON_UTF8, no_store())
    answer = Response(200, dumps(body), JSON_UTF8, no_store())
    return breaking.answer(ordered, at=at, wants_json=True, instead_of=answer) if ordered else answer


def broken(ordered: Breakage, at: datetime) -> Response:
    if ordered.fault == "auth":
        return Response(400, dumps({"error": "invalid_grant"}), JSON_UTF8, no_store())
    return breaking.answer(ordered, at=at, wants_json=True)


def no_store() -> dict[str, str]:
    return {"Cache-Control": "no-cache, no-store"}


def granted(world: World, request: Request, at: datetime) -> dict[str, object]:
    form = request.form
    if form.get("grant_type") == "authorization_code":
        pair, code = world.tokens.exchange(form.get("code", ""), form.get("redirect_uri", ""), at=at)
        if "openid" in code.scope.split():
            client = world.tokens.client_id
            pair["id_token"] = identity.identity_token(code, client_id=client, issuer=issuer(request), at=at)
    elif form.get("grant_type") == "refresh_token":
        pair = world.tokens.refresh(form.get("refresh_token", ""), at=at)
    else:
        raise OAuthFault(400, "unsupported_grant_type" if form.get("grant_type") else "invalid_request")
    if request.headers.get("x-include-refresh-token-hard-expires-in") == "true":
        pair["x_refresh_token_hard_expires_in"] = HARD_LIFE
    return pair


def check_client(world: World, request: Request) -> None:
    known = world.tokens.client_id, world.tokens.client_secret
    if credentials(request) != known:
        raise OAuthFault(401, "invalid_client")


def credentials(request: Request) -> tuple[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            name, _, secret = base64.b64decode(encoded).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return name, secret
    form = request.form
    return form.get("client_id", ""), form.get("client_secret", "")


def revoke(world: World, request: Request, at: datetime) -> Response:
    """Ends a connection by its access or refresh token, from a JSON or a form body."""
    if credentials(request) != (world.tokens.client_id, world.tokens.client_secret):
        return Response(401, dumps({"error": "invalid_client"}))
    return Response(200 if world.tokens.revoke(token_in(request), at=at) else 400, "")


def token_in(request: Request) -> str:
    try:
        body = loads(request.body.decode("utf-8", "replace"))
    except ValueError:
        return request.form.get("token", "")
    return str(body.get("token", "")) if isinstance(body, dict) else ""


def user_info(world: World, request: Request, at: datetime) -> Response:
    bearer = request.headers.get("authorization", "").partition(" ")[2]
    state, grant = world.tokens.check(bearer, at=at)
    if state != "ok" or grant is None:
        return Response(401, dumps({"error": "invalid_token"}))
    return Response(200, dumps(identity.profile(grant.scope)))
