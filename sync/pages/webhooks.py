"""Where Intuit says that something changed: checked, stored and answered at once; reading is left to a worker."""

from __future__ import annotations

import logging

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from runacall import clock
from sync.inbound import notices
from sync.inbound.webhooks import is_signed, read_body
from sync.worker.broker import queue_many

logger = logging.getLogger(__name__)

# Intuit's largest delivery has some hundred events of about 300 bytes.
LARGEST = 1_000_000


@csrf_exempt
@require_POST
def receive(request: HttpRequest) -> HttpResponse:
    """Answers 200 to everything that Intuit signed, so that one delivery never holds back the next ones.

    404 while no verifier token is set, 413 for a body that is too long, 401 for another signature, 503 while the
    database is away: then Intuit sends it again.
    """
    verifier = settings.QBO_WEBHOOK_VERIFIER
    if not verifier:
        return HttpResponse(status=404)
    length = request.META.get("CONTENT_LENGTH") or "0"
    if not length.isdecimal() or int(length[:20]) > LARGEST:
        return HttpResponse(status=413)
    body = request.read(LARGEST + 1)
    if not is_signed(body, request.headers.get("intuit-signature", ""), verifier):
        return HttpResponse(status=401)
    try:
        told = read_body(body)
    except ValueError:
        logger.warning("A signed webhook of %s bytes is not JSON.", len(body))
        return HttpResponse()
    now = clock.now()
    try:
        ours = notices.note(told, at=now)
        queue_many("sync.tasks.read_changes", notices.claim_due(at=now, among=ours), group="changes")
    except DatabaseError:
        logger.exception("A webhook could not be stored.")
        return HttpResponse(status=503)
    return HttpResponse()
