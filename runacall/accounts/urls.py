"""Addresses for lost passwords and invitations; the names of the former are Django's and unfold's."""

from django.urls import path

from runacall.accounts import views

urlpatterns = [
    path("password-reset/", views.AskForReset.as_view(), name="admin_password_reset"),
    path("password-reset/sent/", views.ResetAsked.as_view(), name="password_reset_done"),
    path("password-reset/<uidb64>/<token>/", views.ChooseNewPassword.as_view(), name="password_reset_confirm"),
    path("password-reset/done/", views.WasReset.as_view(), name="password_reset_complete"),
    path("invitation/<str:token>/", views.invitation, name="invitation"),
]
