"""Both hands receive, correct and take back money, and webhooks are lost, doubled, late and in disorder.

`TWO_HANDS=10 TWO_HANDS_STEPS=150 make test ARGS=tests/two_hands/test_money.py` runs more than the suite does.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.two_hands.money import VERIFIER, PaymentsOfTwo
from tests.two_hands.playing import play
from tests.two_hands.test_two_hands import SEEDS, histories


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("number", SEEDS)
def test_two_hands_with_payments(db: None, settings: Any, number: int) -> None:
    settings.QBO_WEBHOOK_VERIFIER = VERIFIER
    play(PaymentsOfTwo, number, histories=histories(4))
