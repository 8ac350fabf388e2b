"""Records with the same name are found however it is spelled, without reading the names of all."""

from __future__ import annotations

import pytest

from qbo.mapping.names import full_name_key
from runacall.invoices.models import Customer, PricebookItem
from sync.engine.prepare import rivals
from sync.engine.prepare.rivals import CUSTOMER_NAME, ITEM_NAME, named_alike
from tests import builders

SPELLINGS = [
    "Filter o'ring 4", "FILTER O'RING 4", "Filter  o'ring 4", " Filter o'ring 4", "Filter o'ring 4 ",
    "Filter o\u2019ring 4", "Filter o`ring 4", "Filter\u00a0o'ring 4", "Filter\to'ring 4", "\uff26ilter o'ring 4",
    "Filter\u200b o'ring 4",
]  # fmt: skip
WITH_PARENT = ["Parts:Filter", "parts: FILTER", "Parts :Filter", "Parts : Filter"]
OTHERS = ["Filter o'ring 5", "Filter o ring 4", "Parts Filter", "Parts;Filter"]


@pytest.mark.django_db
@pytest.mark.parametrize("same", [SPELLINGS, WITH_PARENT], ids=["plain", "with a parent"])
def test_every_spelling_of_a_name_is_found(same: list[str]) -> None:
    shop = builders.organization()
    wanted = full_name_key(same[0])
    assert {full_name_key(name) for name in same} == {wanted}
    for model in (Customer, PricebookItem):
        model.objects.bulk_create(model(organization=shop, name=name) for name in [*same, *OTHERS])
    Customer.objects.create(organization=shop, name="Somebody", company=same[0])
    Customer.objects.create(organization=shop, name=same[0], company="Somewhere")
    products = named_alike(PricebookItem.objects.for_organization(shop), ITEM_NAME, {wanted})
    assert set(products.values()) == {wanted}
    assert set(PricebookItem.objects.filter(pk__in=products).values_list("name", flat=True)) == set(same)
    customers = named_alike(Customer.objects.for_organization(shop), CUSTOMER_NAME, {wanted})
    found = sorted(str(one) for one in Customer.objects.filter(pk__in=customers))
    assert found == sorted([*same, same[0]])


@pytest.mark.django_db
def test_names_that_cannot_be_it_are_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    shop = builders.organization()
    PricebookItem.objects.bulk_create(PricebookItem(organization=shop, name=f"Part {n}") for n in range(50))
    read: list[str] = []
    monkeypatch.setattr(rivals, "full_name_key", lambda name: read.append(name) or full_name_key(name))
    assert len(named_alike(PricebookItem.objects.for_organization(shop), ITEM_NAME, {"part 7", "part 8"})) == 2
    assert sorted(read) == ["Part 7", "Part 8"]
