"""Where calls go: Intuit's addresses, or an emulator on this machine and nowhere else."""

import pytest

from qbo.connection.endpoints import NotLoopback, endpoints


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.example.com:8010",
        "http://127.0.0.1.evil.example.com",
        "http://127.0.0.1@evil.example.com",
        "https://127.0.0.1:8010",
        "http://0.0.0.0:8010",
        "",
    ],
)
def test_an_emulator_is_on_this_machine(url: str) -> None:
    """It is sent tokens and customers' names: no address that is typed or stored may lead them elsewhere."""
    with pytest.raises(NotLoopback):
        endpoints("emulator", url)


def test_an_emulators_address_is_its_machine_and_port() -> None:
    assert endpoints("emulator", "http://localhost:8010/somewhere").api == "http://localhost:8010"


def test_a_sandbox_is_never_the_real_company() -> None:
    real, sandbox = endpoints("production"), endpoints("sandbox")
    assert real.api == "https://quickbooks.api.intuit.com"
    assert sandbox.api == "https://sandbox-quickbooks.api.intuit.com"
    assert real.app != sandbox.app
