"""Addresses of the organizations app outside the admin."""

from django.urls import path

from runacall.organizations.views import switch_organization

urlpatterns = [path("switch/", switch_organization, name="switch_organization")]
