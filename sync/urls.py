"""The addresses of sync that are not admin pages."""

from django.urls import path

from sync.pages import (
    accountant,
    first_run,
    fixing,
    matching,
    metrics,
    notifications,
    preflight,
    saved_views,
    tie_outs,
    webhooks,
)
from sync.pages import exports as exports_views
from sync.pages import queue as pages
from sync.pages.settings_preview import settings_preview
from sync.pages.shops import shops_page

app_name = "sync"
urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("support/shops/", shops_page, name="shops"),
    path("quickbooks/webhooks/", webhooks.receive, name="webhooks"),
    path("quickbooks/tie-out/", tie_outs.tie_outs, name="tie_outs"),
    path("quickbooks/tie-out/<int:tie_out_id>/", tie_outs.tie_out, name="tie_out"),
    path("quickbooks/tie-out/<int:tie_out_id>.csv", tie_outs.tie_out_csv, name="tie_out_csv"),
    path("quickbooks/notifications/", notifications.notifications, name="notifications"),
    path("quickbooks/notifications/<int:letter_id>/", notifications.letter, name="letter"),
    path("quickbooks/notifications/stop/<str:token>/", notifications.stop_notifications, name="stop_notifications"),
    path("metrics", metrics.metrics, name="metrics"),
    path("quickbooks/invoice/<int:invoice_id>/banner/", pages.invoice_banner, name="invoice_banner"),
    path("quickbooks/invoice/<int:invoice_id>/posted/", preflight.posted, name="posted"),
    path("quickbooks/invoice/<int:invoice_id>/ready/", preflight.ready_again, name="ready"),
    path("quickbooks/sync-log.<str:file_format>", exports_views.export_log, name="export_log"),
    path("quickbooks/sync-log/bundle/", exports_views.support_bundle_of_log, name="support_bundle"),
    path("quickbooks/sync-event/<int:event_id>/bundle/", exports_views.support_bundle_of_event, name="event_bundle"),
    path("quickbooks/first-run/start-date/", first_run.choose_start, name="choose_start"),
    path("quickbooks/first-run/try/", first_run.start_dry_run, name="start_dry_run"),
    path("quickbooks/first-run/try/on/", first_run.go_on, name="dry_run_on"),
    path("quickbooks/first-run/would-stop/", first_run.stopped, name="dry_run_stopped"),
    path("quickbooks/first-run/go/", first_run.go, name="go"),
    path("quickbooks/settings-preview/<slug:page>/", settings_preview, name="settings_preview"),
    path("quickbooks/first-run/hide/", first_run.hide, name="hide_first_run"),
    path("quickbooks/customers/", matching.customers, name="customers"),
    path("quickbooks/customers/<int:record_id>/", matching.customer, name="customer"),
    path("quickbooks/products/", matching.products, name="products"),
    path("quickbooks/products/<int:record_id>/", matching.product, name="product"),
    path("quickbooks/fix/", fixing.fix, name="fix"),
    path("quickbooks/fix/<int:action_id>/undo/", fixing.undo, name="undo_fix"),
    path("quickbooks/views/save/", saved_views.save, name="save_view"),
    path("quickbooks/views/<int:view_id>/rename/", saved_views.rename, name="rename_view"),
    path("quickbooks/views/<int:view_id>/delete/", saved_views.delete, name="delete_view"),
    path("quickbooks/what-would-fail/", preflight.would_fail, name="would_fail"),
    path("accountant/<str:token>/", accountant.accountant, name="accountant"),
    path("quickbooks/question/<int:question_id>/", accountant.question, name="question"),
    path("quickbooks/question/<int:question_id>/revoke/", accountant.revoke_question, name="revoke_question"),
    path("quickbooks/earlier/", pages.earlier_offer, name="earlier_offer"),
    path("quickbooks/send-earlier/", pages.send_earlier, name="send_earlier"),
    path("quickbooks/send-earlier-payments/", pages.send_earlier_payments, name="send_earlier_payments"),
]
