"""Every row that a shop's work makes leads to its organization, by columns that are never empty (docs/scale.md)."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps

from runacall.organizations.models import Organization

ROOT = Path(__file__).resolve().parents[2]
OURS = ("organizations", "accounts", "invoices", "qbo", "sync")
# What belongs to a person or to a host; it does not grow with invoices.
OF_NO_ORGANIZATION = {"accounts_signin", "accounts_loginstate", "sync_heartbeat"}
# More steps would be joins that a shard cannot spare.
STEPS = 2


def way(model: Any, passed: tuple[Any, ...] = ()) -> list[str] | None:
    """The shortest way to the organization by foreign keys that are never empty; None if there is none."""
    if model is Organization:
        return []
    keys = [field for field in model._meta.concrete_fields if field.many_to_one or field.one_to_one]
    ways = [
        [field.name, *rest]
        for field in keys
        if not field.null
        and field.related_model not in passed
        and (rest := way(field.related_model, (*passed, model))) is not None
    ]
    return min(ways, key=len, default=None)


MODELS = [
    model
    for app in OURS
    for model in apps.get_app_config(app).get_models(include_auto_created=True)
    if model._meta.db_table not in OF_NO_ORGANIZATION
]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.db_table)
def test_a_row_leads_to_its_organization(model: Any) -> None:
    found = way(model)
    assert found is not None, "no column that is never empty leads to an organization"
    assert len(found) <= STEPS, found


def test_the_document_names_the_tables_that_lead_there_by_another_one() -> None:
    """Each needs a column of its own before the tables can be spread over servers."""
    [row] = re.findall(r"^Tables without a column of their own: (.*?)\.$", scale(), re.MULTILINE | re.DOTALL)
    named = set(re.findall(r"`(\w+)`", row))
    assert named == {model._meta.db_table for model in MODELS if len(way(model) or []) > 1}


def scale() -> str:
    return (ROOT / "docs" / "scale.md").read_text()
