"""The other company's tokens are under the same keys as the connection's."""

import datetime as dt
from typing import Any

import pytest
from cryptography.fernet import Fernet
from django.core.management import call_command

from qbo.encryption import _fernet
from qbo.models import OtherCompany
from tests import log_rows

pytestmark = pytest.mark.django_db


def test_a_rotation_of_keys_takes_the_other_company_along(settings: Any) -> None:
    old, new = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    settings.TOKEN_KEYS = [old]
    connection, later = log_rows.shop_with_books(), log_rows.AT + dt.timedelta(days=1)
    OtherCompany.objects.create(
        connection=connection,
        realm_id="77",
        environment="emulator",
        emulator_url="http://127.0.0.1:9",
        access_token="a-secret",
        refresh_token="r-secret",
        access_expires_at=later,
        refresh_expires_at=later,
        connected_at=log_rows.AT,
    )
    settings.TOKEN_KEYS = [new, old]
    call_command("rotate_token_keys")
    settings.TOKEN_KEYS = [new]
    _fernet.cache_clear()
    assert OtherCompany.objects.get().refresh_token == "r-secret"
