"""A server with a certificate that nobody vouches for: nothing is sent to it, and the reader tells support."""

import datetime
import ipaddress
import socket
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from qbo import catalogue
from qbo.catalogue import FailureKind, Who
from qbo.connection.client import exchange, new_session
from qbo.faults import read_fault

HOST = "127.0.0.1"


def self_signed(path: Path) -> Path:
    """A key and a certificate for HOST that it signed itself, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST)])
    today = datetime.datetime(2026, 1, 1, tzinfo=datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(today)
        .not_valid_after(today + datetime.timedelta(days=36_500))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(private + certificate.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def stranger(tmp_path: Path) -> Iterator[tuple[int, list[bytes]]]:
    """The port of a server that shows such a certificate, and what it got to read."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "stranger.pem"))
    heard: list[bytes] = []
    with socket.create_server((HOST, 0)) as listening:
        listening.settimeout(10)

        def serve() -> None:
            try:
                plain, _ = listening.accept()
                with plain, context.wrap_socket(plain, server_side=True) as secure:
                    heard.append(secure.recv(1000))
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listening.getsockname()[1], heard
        thread.join(10)


def test_nothing_is_sent_to_it_and_support_is_named(stranger: tuple[int, list[bytes]]) -> None:
    port, heard = stranger

    reply = exchange(new_session(), "POST", f"https://{HOST}:{port}/v3", timeout=(5, 5), data=b"an invoice")

    failure = read_fault(reply.answer, request_entity="invoice", operation="create")
    assert failure is not None
    assert (reply.status, failure.code) == (None, "certificate_not_trusted")
    assert b"an invoice" not in b"".join(heard)
    entry = catalogue.entry(failure.code)
    assert (entry.kind, entry.who, entry.label) == (FailureKind.TRANSIENT, Who.SUPPORT, "network")
    assert "Escalate" in entry.remedy[-1]
