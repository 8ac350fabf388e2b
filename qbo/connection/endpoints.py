"""Where Intuit's services are for each environment (Intuit's discovery documents); pure."""

from dataclasses import dataclass
from urllib.parse import urlsplit

LOOPBACK_HOSTS = frozenset({"127.0.0.1", "localhost", "::1"})
_INTUIT_TOKEN = "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer"  # noqa: S105  an address
_INTUIT_REVOKE = "https://developer.api.intuit.com/v2/oauth2/tokens/revoke"
_INTUIT_AUTHORIZE = "https://appcenter.intuit.com/connect/oauth2"


class NotLoopback(ValueError):
    """The address of an emulator is on another machine."""


# As in QuickBooks' own links to its pages; Intuit does not document them.
APP_PAGES = {
    "Invoice": "/app/invoice?txnId={id}",
    "Payment": "/app/recvpayment?txnId={id}",
    "Customer": "/app/customerdetail?nameId={id}",
    "Vendor": "/app/vendordetail?nameId={id}",
    "Employee": "/app/employees",
    "Item": "/app/items",
    "Account": "/app/chartofaccounts",
}


@dataclass(frozen=True)
class Endpoints:
    """Base URLs without a trailing slash. `app` is where a person opens an object in the browser."""

    api: str
    authorize: str
    token: str
    revoke: str
    app: str

    def open_invoice(self, qbo_id: str) -> str:
        return self.open("Invoice", qbo_id)

    def open(self, entity: str, qbo_id: str) -> str:
        """The address where a person sees that object in the browser; its list if objects have no page."""
        return f"{self.app}{APP_PAGES.get(entity, '/app/homepage').format(id=qbo_id)}"


def emulator_endpoints(url: str) -> Endpoints:
    """The endpoints of a local emulator. Raises NotLoopback for any other machine."""
    parts = urlsplit(url)
    if parts.scheme != "http" or parts.hostname not in LOOPBACK_HOSTS:
        raise NotLoopback(f"{url!r} is not an emulator on this machine: use http://127.0.0.1:PORT.")
    base = f"http://{parts.netloc}"
    return Endpoints(
        api=base,
        authorize=f"{base}/connect/oauth2",
        token=f"{base}/oauth2/v1/tokens/bearer",
        revoke=f"{base}/v2/oauth2/tokens/revoke",
        app=base,
    )


def endpoints(environment: str, emulator_url: str = "") -> Endpoints:
    """The endpoints of `environment` (production, sandbox or emulator). Raises NotLoopback, or KeyError if unknown."""
    if environment == "emulator":
        return emulator_endpoints(emulator_url)
    api, app = {
        "production": ("https://quickbooks.api.intuit.com", "https://qbo.intuit.com"),
        "sandbox": ("https://sandbox-quickbooks.api.intuit.com", "https://sandbox.qbo.intuit.com"),
    }[environment]
    return Endpoints(api, _INTUIT_AUTHORIZE, _INTUIT_TOKEN, _INTUIT_REVOKE, app)
