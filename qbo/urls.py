"""The addresses of Settings → QuickBooks, of Intuit's callback, and of the help pages."""

from django.urls import path

from qbo.pages import company, connecting, helping, history, invoices, items, payments, status, tax

app_name = "qbo"
urlpatterns = [
    path("status/", status.status, name="status"),
    path("tax/", tax.tax, name="tax"),
    path("items/", items.items, name="items"),
    path("invoices/", invoices.invoices, name="invoices"),
    path("payments/", payments.payments, name="payments"),
    path("history/", history.history, name="history"),
    path("refresh/<slug:page>/", status.refresh, name="refresh"),
    path("connect/", connecting.start, name="connect"),
    path("callback/", connecting.callback, name="callback"),
    path("company/", company.company, name="company"),
    path("company/back/", company.go_back, name="go_back"),
    path("company/use/", company.use_other, name="use_other"),
    path("disconnect/", connecting.stop, name="disconnect"),
    path("help/<slug:slug>/", helping.show, name="help"),
]
