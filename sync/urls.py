"""Addresses of sync that are no admin pages."""

from django.urls import URLPattern

app_name = "sync"
urlpatterns: list[URLPattern] = []
