"""The addresses of sync that are not admin pages."""

from django.urls import path

from sync.pages import exports as exports_views
from sync.pages import metrics
from sync.pages import queue as pages

app_name = "sync"
urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("metrics", metrics.metrics, name="metrics"),
    path("quickbooks/invoice/<int:invoice_id>/banner/", pages.invoice_banner, name="invoice_banner"),
    path("quickbooks/sync-log.<str:file_format>", exports_views.export_log, name="export_log"),
    path("quickbooks/sync-log/bundle/", exports_views.support_bundle_of_log, name="support_bundle"),
    path("quickbooks/sync-event/<int:event_id>/bundle/", exports_views.support_bundle_of_event, name="event_bundle"),
    path("quickbooks/send-earlier/", pages.send_earlier, name="send_earlier"),
]
