"""Who connected, as OpenID tells it: the identity token and the user's profile, by scope; knows no HTTP."""

from __future__ import annotations

from datetime import datetime

from qbo_emulator.oauth.signing import key
from qbo_emulator.world.tokens import Grant

SUBJECT = "01875812-0000-4000-8000-00000e3a1a70"
ACCOUNTING = "com.intuit.quickbooks"  # the beginning of every scope that is about a company
LIFE = 3600
PROFILE: dict[str, dict[str, object]] = {  # scope -> what it lets see
    "profile": {"givenName": "Craig", "familyName": "Carlson"},
    "email": {"email": "bookkeeper@example.com", "emailVerified": True},
    "phone": {"phoneNumber": "+1 6505551212", "phoneNumberVerified": True},
    "address": {
        "address": {
            "streetAddress": "123 Sierra Way",
            "locality": "San Pablo",
            "region": "CA",
            "postalCode": "87999",
            "country": "US",
        }
    },
}


def is_about_company(scope: str) -> bool:
    """Whether a consent is about a company: one with scopes of OpenID alone tells no realm (reported)."""
    return not scope or any(one.startswith(ACCOUNTING) for one in scope.split())


def identity_token(grant: Grant, *, client_id: str, issuer: str, at: datetime) -> str:
    """The signed claims about the user whose consent `grant` stands for."""
    now = int(at.timestamp())
    claims: dict[str, object] = {"sub": SUBJECT, "aud": [client_id]}
    if is_about_company(grant.scope):
        claims["realmid"] = grant.realm
    claims |= {"auth_time": int(grant.issued), "iss": issuer, "exp": now + LIFE, "iat": now}
    return key().token(claims | ({"nonce": grant.nonce} if grant.nonce else {}))


def profile(scope: str) -> dict[str, object]:
    """What a token of `scope` lets see of the user; one that was made without any lets see all."""
    asked = scope.split() or list(PROFILE)
    return {"sub": SUBJECT} | {name: value for one in asked for name, value in PROFILE.get(one, {}).items()}
