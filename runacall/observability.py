"""Sentry and OpenTelemetry, where they are installed and their own standard variables ask for them."""

from __future__ import annotations

import importlib
import os
from typing import Any


def start() -> list[str]:
    """Called once a process as Django gets ready; which of the two are on."""
    started = []
    if os.environ.get("SENTRY_DSN") and (sentry := _installed("sentry_sdk")):
        # SENTRY_DSN, SENTRY_ENVIRONMENT and SENTRY_RELEASE are read by it. Bodies and local variables hold tokens
        # and customers' names, which are not for a third party.
        sentry.init(send_default_pii=False, max_request_body_size="never", include_local_variables=False)
        started.append("sentry")
    if any(name.startswith("OTEL_EXPORTER_OTLP") for name in os.environ) and (
        telemetry := _installed("opentelemetry.instrumentation.auto_instrumentation")
    ):
        # All else (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, …) it reads by itself.
        telemetry.initialize()
        started.append("opentelemetry")
    return started


def _installed(module: str) -> Any:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None
