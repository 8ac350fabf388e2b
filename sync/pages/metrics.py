"""/metrics for Prometheus; it exists only if METRICS_TOKEN is set, and answers only requests that have it."""

from __future__ import annotations

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.crypto import constant_time_compare
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import generate_latest

from sync.worker.metrics import registry


@require_safe
@never_cache
def metrics(request: HttpRequest) -> HttpResponse:
    """The metrics in text format, for `Authorization: Bearer METRICS_TOKEN`; 401 for any other, 404 if none is set."""
    if not settings.METRICS_TOKEN:
        raise Http404
    given = request.headers.get("Authorization", "")
    if not constant_time_compare(given, f"Bearer {settings.METRICS_TOKEN}"):
        return HttpResponse(status=401, headers={"WWW-Authenticate": "Bearer"})
    return HttpResponse(generate_latest(registry()), content_type="text/plain; version=0.0.4; charset=utf-8")
