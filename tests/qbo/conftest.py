"""A connected company for tests of what talks to QuickBooks."""

from tests.sync.conftest import qbo_url, shop

__all__ = ["qbo_url", "shop"]
