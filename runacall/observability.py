"""Sentry and OpenTelemetry, if they are installed and their own standard variables turn them on."""

from __future__ import annotations

import importlib
import os
from types import ModuleType


def start() -> list[str]:
    """Called once per process when Django starts; returns which of the two are on."""
    started = []
    if os.environ.get("SENTRY_DSN") and (sentry := _installed("sentry_sdk")):
        # SENTRY_DSN, SENTRY_ENVIRONMENT and SENTRY_RELEASE are read by Sentry itself. Bodies and local variables
        # contain tokens and customers' names, which no third party may get.
        sentry.init(send_default_pii=False, max_request_body_size="never", include_local_variables=False)
        started.append("sentry")
    if any(name.startswith("OTEL_EXPORTER_OTLP") for name in os.environ) and (
        telemetry := _installed("opentelemetry.instrumentation.auto_instrumentation")
    ):
        # OpenTelemetry reads everything else (OTEL_SERVICE_NAME, OTEL_TRACES_SAMPLER, …) itself.
        telemetry.initialize()
        started.append("opentelemetry")
    return started


def _installed(module: str) -> ModuleType | None:
    try:
        return importlib.import_module(module)
    except ImportError:
        return None
