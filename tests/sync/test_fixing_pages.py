"""Who may fix a cause, and whose."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import IntegrityError
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.models import AccountMapping, Connection, TaxMapping
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.fixing.applying import Shown, fix_cause
from sync.fixing.fix import Answer
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import failure_columns
from tests import builders, log_rows

FIX = reverse("sync:fix")


@pytest.fixture
def books(db: None) -> Connection:
    """Two invoices that wait for the code of a rate."""
    books = log_rows.shop_with_books()
    log_rows.entry(books, "TaxCode", "2", "California", Percent="8")
    rate = builders.rate(books.organization, "Combined 7.25", "7.25")
    failure = Failure("tax_code_not_mapped", Subject("tax_rate", str(rate.pk), rate.name))
    for _ in range(2):
        event = log_rows.event(books, invoice=builders.invoice(books.organization, at=timezone.now()))
        SyncEvent.objects.filter(pk=event.pk).update(**failure_columns(failure))
    return books


def key_of(books: Connection) -> str:
    return str(SyncEvent.objects.filter(connection=books).values_list("cause_key", flat=True)[0])


def client_of(books: Connection, role: Role) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


@pytest.mark.parametrize(("role", "status"), [(Role.DISPATCHER, 403), (Role.FIELD_TECH, 403), (Role.ADMIN, 302)])
def test_only_who_manages_quickbooks_may(books: Connection, role: Role, status: int) -> None:
    client, answer = client_of(books, role), {"cause": key_of(books), "choice": "code:2", "seen": ""}
    assert client.get(FIX, answer).status_code == (200 if status == 302 else 403)
    assert not TaxMapping.objects.exists(), "looking changes nothing"
    assert client.post(FIX, answer).status_code == status
    assert TaxMapping.objects.exists() == (status == 302)


def test_our_support_looks_and_does_not_touch(books: Connection) -> None:
    client = Client()
    client.force_login(builders.superuser("support@example.com"))
    answer = {"cause": key_of(books), "choice": "code:2", "seen": ""}
    assert client.get(FIX, answer).status_code == 200
    assert client.post(FIX, answer).status_code == 403
    html = client.get(reverse("admin:sync_syncevent_changelist")).content.decode()
    assert "Map and send" not in html


def test_our_support_reads_the_forecast_of_the_choice_that_it_sees(books: Connection) -> None:
    """It cannot make the choice, and a browser sends nothing of a control that is off."""
    log_rows.entry(books, "TaxCode", "3", "Combined 7.25", Percent="7.25")
    client = Client()
    client.force_login(builders.superuser("support@example.com"))
    html = client.get(reverse("admin:sync_syncevent_changelist")).content.decode()
    assert '<option value="code:3" selected>' in html
    assert '<input type="hidden" name="choice" value="code:3">' in html


def test_the_code_of_a_set_of_rates_is_likely_the_one_of_their_sum(books: Connection) -> None:
    log_rows.entry(books, "TaxCode", "3", "State and county", Percent="6.75")
    rates = [builders.rate(books.organization, name, percent) for name, percent in (("S", "5.75"), ("C", "1"))]
    key = "+".join(str(rate.pk) for rate in rates)
    SyncEvent.objects.update(**failure_columns(Failure("tax_code_not_mapped", Subject("tax_rate", key, "S + C"))))
    html = client_of(books, Role.OWNER).get(reverse("admin:sync_syncevent_changelist")).content.decode()
    assert '<option value="code:3" selected>State and county (6.75 %)</option>' in html


def test_another_shops_cause_is_out_of_reach(books: Connection) -> None:
    neighbor = log_rows.shop_with_books("neighbor")
    client = client_of(neighbor, Role.OWNER)
    client.post(FIX, {"cause": key_of(books), "choice": "code:2", "seen": ""})
    assert not TaxMapping.objects.exists()
    assert SyncEvent.objects.filter(connection=books, state=State.FAILED).count() == 2


def test_another_shops_fix_is_out_of_reach(books: Connection) -> None:
    action = fix_cause(books, key_of(books), Answer("code:2"), shown=Shown(""), by=None, at=timezone.now())
    neighbor = log_rows.shop_with_books("neighbor")
    url = reverse("sync:undo_fix", args=[action.pk])
    assert client_of(neighbor, Role.OWNER).post(url).status_code == 404
    assert TaxMapping.objects.exists()
    assert client_of(books, Role.DISPATCHER).post(url).status_code == 403
    assert client_of(books, Role.OWNER).post(url).status_code == 302
    assert not TaxMapping.objects.exists()
    assert set(ActionRecord.objects.values_list("action", flat=True)) == {"fix", "undo_fix"}


def test_odd_addresses_do_no_harm(books: Connection) -> None:
    client = client_of(books, Role.OWNER)
    for cause in ("", "nothing", "tax_code_not_mapped:tax_rate:x'\"<script>", "\x00" * 3, "a" * 5_000):
        assert client.get(FIX, {"cause": cause, "choice": "code:2"}).status_code == 200
        assert client.post(FIX, {"cause": cause, "choice": "code:2", "shown_at": "never"}).status_code == 302
    assert client.get(FIX, {"cause": key_of(books), "choice": "code:" + "9" * 500}).status_code == 200
    assert not TaxMapping.objects.exists()


def test_the_account_is_of_an_item_or_of_a_category(books: Connection) -> None:
    item = builders.item(books.organization, "Labor", at=timezone.now())
    category = builders.category(books.organization, "Repairs", at=timezone.now())
    here = {"connection": books, "realm_id": books.realm_id, "account_id": "1"}
    AccountMapping.objects.create(**here, item=item)
    AccountMapping.objects.create(**here)
    with pytest.raises(IntegrityError, match="qbo_account_mapping_of_one_kind"):
        AccountMapping.objects.create(**here, item=item, category=category)


def test_a_closed_period_has_one_control_to_post_today(books: Connection) -> None:
    log_rows.event(books, failure=log_rows.CLOSED)
    page = client_of(books, Role.OWNER).get(reverse("admin:sync_syncevent_changelist")).content.decode()
    card = next(part for part in page.split('<section class="rac-card') if "Closed period" in part)
    card = card.partition("</section>")[0]
    assert card.count("Post today (") == 1
    assert "Post to current period" not in card
    assert "Hold 1…" in card


def banner_of(client: Client, event: SyncEvent) -> str:
    return client.get(reverse("sync:invoice_banner", args=[event.record_id])).content.decode()


def test_an_invoices_banner_has_the_control_of_its_cause(books: Connection) -> None:
    event = SyncEvent.objects.filter(connection=books).earliest("pk")
    banner = banner_of(client_of(books, Role.OWNER), event)
    assert 'class="rac-button rac-primary">Map and send 2</button>' in banner
    assert banner.count("rac-primary") == 1, "Retry sync is not the first button any more"
    assert "Retry sync" in banner
    assert "Map and send" not in banner_of(client_of(books, Role.DISPATCHER), event)
    support = Client()
    support.force_login(builders.superuser("support@example.com"))
    assert "Map and send" not in banner_of(support, event)


def test_where_nothing_here_fixes_it_the_banner_says_what_a_retry_would_do(books: Connection) -> None:
    event = log_rows.event(books, failure=log_rows.BUSY, invoice=builders.invoice(books.organization))
    client = client_of(books, Role.OWNER)
    banner = banner_of(client, event)
    assert f'hx-get="{FIX}?cause=' in banner
    assert "rac-fix-choice" not in banner
    told = client.get(FIX, {"cause": event.cause_key, "event": event.pk}).content.decode()
    assert "A retry asks QuickBooks again." in told


def test_a_choice_that_changes_invoices_is_for_the_one_whose_page_it_is_on(books: Connection) -> None:
    day = builders.today() - timedelta(days=400)
    made = [builders.invoice(books.organization, invoice_date=day, at=timezone.now()) for _ in range(2)]
    SyncEvent.objects.filter(connection=books).delete()
    first, second = (log_rows.event(books, failure=log_rows.CLOSED, invoice=one) for one in made)
    client = client_of(books, Role.OWNER)
    banner = banner_of(client, first)
    assert "Post and send 1</button>" in banner
    answer = {"cause": "closed_period", "choice": "today:", "seen": seen_in(banner), "event": first.pk}
    client.post(FIX, answer)
    assert [Invoice.objects.get(pk=one.pk).invoice_date == day for one in made] == [False, True]
    assert [SyncEvent.objects.get(pk=one.pk).state for one in (first, second)] == [State.QUEUED, State.FAILED]
    client.post(FIX, answer)
    assert Invoice.objects.get(pk=made[1].pk).invoice_date == day, "the first does not wait for it any more"


def seen_in(banner: str) -> str:
    """What the form says that the choice replaces."""
    found = re.search(r'name="seen" value="([^"]*)"', banner)
    assert found
    return found[1]


def test_the_banner_tells_what_came_of_the_readers_fix_with_its_undo(books: Connection) -> None:
    event = SyncEvent.objects.filter(connection=books).earliest("pk")
    client = client_of(books, Role.OWNER)
    client.post(FIX, {"cause": key_of(books), "choice": "code:2", "seen": "", "event": event.pk})
    action = ActionRecord.objects.get(action="fix")
    assert reverse("sync:undo_fix", args=[action.pk]) in banner_of(client, event)
    assert "sync-result" not in banner_of(client_of(books, Role.ADMIN), event), "told to who did it"
    ready = client.get(reverse("sync:ready", args=[event.record_id])).content.decode()
    assert "Not ready" not in ready, "what the next try will find is not said beside it"
    SyncEvent.objects.filter(pk=event.pk).update(state=State.SYNCED)
    banner = banner_of(client, event)
    assert "1 event was sent with it." in banner
    assert 'hx-select="#sync-result"' in banner, "the other is still under way"


def test_a_refusal_stays_where_the_part_with_the_form_is_read_again(books: Connection) -> None:
    client, answer = client_of(books, Role.OWNER), {"cause": key_of(books), "choice": "code:9", "seen": ""}
    told = client.post(FIX, {**answer, "notice": "1"}, headers={"hx-request": "true"}).content.decode()
    assert "That can no longer be chosen." in told.partition('id="preflight-said"')[2]


@pytest.mark.parametrize(("role", "status"), [(Role.OWNER, 200), (Role.DISPATCHER, 403), (Role.FIELD_TECH, 403)])
def test_what_will_be_posted_is_shown_to_the_office(books: Connection, role: Role, status: int) -> None:
    invoice = builders.invoice(books.organization, send=False)
    answer = client_of(books, role).get(reverse("sync:posted", args=[invoice.pk]))
    assert answer.status_code == status


def test_another_shops_invoice_is_not_shown(books: Connection) -> None:
    other = builders.invoice(log_rows.shop_with_books("other").organization, send=False)
    assert client_of(books, Role.OWNER).get(reverse("sync:posted", args=[other.pk])).status_code == 404
