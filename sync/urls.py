"""Addresses of sync that are no admin pages."""

from django.urls import path

from sync import pages

app_name = "sync"
urlpatterns = [
    path("healthz", pages.healthz, name="healthz"),
    path("quickbooks/invoice/<int:invoice_id>/banner/", pages.invoice_banner, name="invoice_banner"),
    path("quickbooks/send-earlier/", pages.send_earlier, name="send_earlier"),
]
