"""What is refused at start and by `manage.py check`: settings that are not safe to run with.

It knows nothing about QuickBooks; `qbo.checks` checks the keys and addresses for it.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register, run_checks
from django.core.checks import Warning as Remark
from django.core.exceptions import ImproperlyConfigured
from django.core.management.base import SystemCheckError
from django.db import DEFAULT_DB_ALIAS
from django.db import Error as DatabaseAway

from runacall import clock

# The tag of every check that stops a process from starting, with or without --deploy.
INSTALLATION = "installation"
SECRET_KEY_LENGTH = 50
PLACEHOLDERS = ("only-for-development", "django-insecure-", "change", "secret", "example")
HERE_ONLY = {"localhost", "127.0.0.1", "[::1]"}


@register(INSTALLATION)
def secret_key(**_: object) -> list[CheckMessage]:
    """SECRET_KEY outside DEBUG has to be long, with many different characters, and not publicly known."""
    if settings.DEBUG:
        return []
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:  # Django's way of saying that it is empty
        key = ""
    if not key:
        problem = "SECRET_KEY is empty."
    elif key.lower().startswith(PLACEHOLDERS):
        problem = "SECRET_KEY is a placeholder that anyone can guess."
    elif len(key) < SECRET_KEY_LENGTH or len(set(key)) < 10:
        problem = f"SECRET_KEY is too simple: it needs {SECRET_KEY_LENGTH} random characters or more."
    else:
        return []
    hint = 'Make one: python -c "import secrets; print(secrets.token_urlsafe(48))"'
    return [Error(problem, hint=hint, id="runacall.E001")]


@register(INSTALLATION, deploy=True)
def production(**_: object) -> list[CheckMessage]:
    """What only `check --deploy` checks: whether other machines can reach the site."""
    found: list[CheckMessage] = []
    if settings.DEMO:
        hint = "Remove DEMO; `make demo` sets it itself."
        found.append(Error("DEMO is on: this installation may connect to an emulator.", hint=hint, id="runacall.E002"))
    hosts = set(settings.ALLOWED_HOSTS)
    if "*" in hosts or hosts <= HERE_ONLY:
        hint = "Set it to the names under which people open the site, such as app.example.com."
        found.append(Error("ALLOWED_HOSTS is empty or allows every host.", hint=hint, id="runacall.E003"))
    if settings.BEHIND_TLS_PROXY and not settings.PROXIES:
        problem = "PROXIES is 0 behind a proxy: somebody who guesses passwords locks out everybody."
        hint = "Set it to the number of our proxies that a request passes."
        found.append(Error(problem, hint=hint, id="runacall.E004"))
    return found


@register(Tags.database)
def database_clock(databases: Sequence[str] | None = None, **_: object) -> list[CheckMessage]:
    """What `migrate`, `check --database default` and `make doctor` say of the database and of this host's clock."""
    if DEFAULT_DB_ALIAS not in (databases or ()):
        return []
    try:
        ahead = clock.host_ahead()
    except DatabaseAway:
        hint = "Does it run, and is DATABASE_URL right?"
        return [Error("The database does not answer.", hint=hint, id="runacall.E005")]
    if abs(ahead) <= clock.OFF_BY:
        return []
    way = "ahead of" if ahead > 0 else "behind"
    problem = f"The clock of this host is {abs(ahead):,.0f} s {way} the database's."
    hint = "Mend its time server. Events are sent all the same: they go by the database's clock."
    return [Remark(problem, hint=hint, id="runacall.W001")]


def refuse_bad_settings() -> None:
    """For servers, which do not run system checks on their own. Raises SystemCheckError that names every problem."""
    serious = [one for one in run_checks(tags=[INSTALLATION]) if one.is_serious()]
    if serious:
        raise SystemCheckError("This installation is not safe to start:\n" + "\n".join(f"  {one}" for one in serious))
