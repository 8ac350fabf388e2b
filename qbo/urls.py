"""Intuit's way back to us."""

from django.urls import URLPattern

app_name = "qbo"
urlpatterns: list[URLPattern] = []
