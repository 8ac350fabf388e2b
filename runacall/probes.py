"""Whether this process is alive and can serve, for load balancers; it knows nothing about the work."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

from django.core.checks import run_checks
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import resolve
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from runacall.checks import INSTALLATION

# Called by machines: by IP address, over plain HTTP, without a session.
PROBES = ("/livez", "/readyz", "/healthz", "/metrics")


class ProbesMiddleware:
    """Answers probes before the host name is checked or plain HTTP redirected; has to be the first middleware.

    A load balancer uses the machine's own address, which ALLOWED_HOSTS cannot list. Nothing in a probe's answer
    is built from the request's host.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path_info not in PROBES:
            return self.get_response(request)
        found = resolve(request.path_info)
        answer: HttpResponse = found.func(request, *found.args, **found.kwargs)
        # The monitoring asks every few seconds and acts on a 503 itself; the log would only repeat it.
        answer._has_been_logged = True  # type: ignore[attr-defined]
        return answer


@require_safe
@never_cache
def livez(request: HttpRequest) -> HttpResponse:
    """200 while this process answers at all; checks nothing else."""
    return JsonResponse({"ok": True})


@require_safe
@never_cache
def readyz(request: HttpRequest) -> HttpResponse:
    """200 while this process can serve: settings, database and migrations are in order; else 503 and what is not."""
    found = {"settings": settings_problem(), "database": database_problem()}
    found["migrations"] = "not looked at" if found["database"] else migrations_problem()
    ok = not any(found.values())
    return JsonResponse({"ok": ok} | {name: said or "ok" for name, said in found.items()}, status=200 if ok else 503)


def settings_problem() -> str:
    """The ids of the failing system checks, including those of the keys; never the values."""
    return ", ".join(str(one.id) for one in run_checks(tags=[INSTALLATION]) if one.is_serious())


def database_problem() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        return "it does not answer"
    return ""


def migrations_problem() -> str:
    """How many of this version's migrations the database lacks."""
    try:
        return _migrations_problem()
    except StillToApply as problem:
        return str(problem)


class StillToApply(Exception):
    """The database is older than this code."""


@cache
def _migrations_problem() -> str:
    """Checked until it is fine, then never again: neither code nor migrations go back while a process runs."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if plan:
        raise StillToApply(f"{len(plan)} to be applied: manage.py migrate")
    return ""
