"""Where a request comes from, behind as many of our proxies as PROXIES says; trusts no header beyond those."""

from __future__ import annotations

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def client_address(request: HttpRequest) -> str | None:
    """An IPv4 address, or the first address of an IPv6 network of 64 bits, which is what one household is given.

    Each proxy appends to X-Forwarded-For the address that it saw; entries further left may come from the
    client itself. None if there is no usable address.
    """
    seen = [part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    proxies = settings.PROXIES
    named = seen[-proxies] if 0 < proxies <= len(seen) else request.META.get("REMOTE_ADDR", "")
    return _one_household(named)


def _one_household(named: str) -> str | None:
    try:
        address = ipaddress.ip_address(named)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped:
            return str(address.ipv4_mapped)
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)
