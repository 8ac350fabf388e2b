"""Everything that is stored about one shop, one JSON object per line; without tokens and passwords."""

from __future__ import annotations

from collections import Counter
from typing import TextIO

from django.apps import apps
from django.core import serializers
from django.db import models
from django.db.models.base import ModelBase

from qbo.encryption import EncryptedTextField
from runacall.organizations.models import Organization

APPS = ("organizations", "invoices", "qbo", "sync")
# The most steps from a row to its organization: an attempt belongs to an event, which belongs to the shop.
FURTHEST = 3


def export_organization(organization: Organization, out: TextIO) -> Counter[str]:
    """Write every row of the shop to `out`; returns the number of rows by table."""
    written: Counter[str] = Counter()
    for model in (one for name in APPS for one in apps.get_app_config(name).get_models()):
        path = path_to_organization(model)
        if path is None:
            continue
        rows = model._default_manager.filter(**({path: organization} if path else {"pk": organization.pk}))
        fields = [field.name for field in model._meta.fields if not isinstance(field, EncryptedTextField)]
        for row in rows.order_by("pk").iterator(chunk_size=500):
            out.write(serializers.serialize("jsonl", [row], fields=fields))
            written[model._meta.label] += 1
    return written


def path_to_organization(model: type[models.Model]) -> str | None:
    """The look-up from a row to its shop: "" for the shop itself, None if there is none."""
    if model is Organization:
        return ""
    paths: list[tuple[type[models.Model], str]] = [(model, "")]
    for _ in range(FURTHEST):
        further: list[tuple[type[models.Model], str]] = []
        for one, path in paths:
            for field in one._meta.fields:
                related = field.related_model
                if not isinstance(related, ModelBase) or related._meta.app_label not in APPS:
                    continue
                step = f"{path}__{field.name}" if path else field.name
                if related is Organization:
                    return step
                further.append((related, step))
        paths = further
    return None
