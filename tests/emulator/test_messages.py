"""Bodies that come compressed, as Intuit's SDKs for Java and .NET can send them."""

from __future__ import annotations

import gzip
import json
import zlib
from collections.abc import Callable

import pytest
import requests

from qbo_emulator import messages
from qbo_emulator.messages import Request, Response
from qbo_emulator.server import Server

from .conftest import Client, invoice

ENCODINGS = {"gzip": gzip.compress, "GZIP": gzip.compress, "deflate": zlib.compress}


@pytest.mark.parametrize("encoding", ENCODINGS)
def test_a_compressed_body_is_opened(books: Client, encoding: str) -> None:
    data = ENCODINGS[encoding](json.dumps(invoice(), default=float).encode())
    url = f"{books.url}/v3/company/{books.realm}/invoice"
    headers = {**books.headers, "Content-Encoding": encoding}
    assert books.session.post(url, data=data, headers=headers).json()["Invoice"]["TotalAmt"] == 100
    assert books.session.post(url, data=b"", headers=headers).status_code == 400


def opened(data: bytes, encoding: str = "gzip") -> bytes:
    return Request.to("POST", "/", headers={"Content-Encoding": encoding}, body=data).body


@pytest.mark.parametrize(
    "spoil",
    [lambda data: data[1:], lambda data: data[:-9], lambda data: b"{}", zlib.compress],
    ids=["head", "end", "plain", "other"],
)
def test_what_is_not_compressed_as_it_says_is_refused(spoil: Callable[[bytes], bytes]) -> None:
    data = gzip.compress(b"x" * 1000)
    assert opened(data) == b"x" * 1000
    with pytest.raises(ValueError, match="compressed"):
        opened(spoil(data))
    assert opened(spoil(data), "br") == spoil(data)


def test_a_body_that_grows_too_large_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(messages, "LARGEST_BODY", 1000)
    assert len(opened(gzip.compress(b"x" * 1000))) == 1000
    with pytest.raises(ValueError, match="too large"):
        opened(gzip.compress(b"x" * 1001))


def test_the_server_says_that_a_compressed_body_is_spoilt() -> None:
    server = Server(lambda request: Response(200, request.body.decode())).start()
    try:
        headers = {"Content-Encoding": "gzip"}
        assert requests.post(server.url, data=gzip.compress(b"yes"), headers=headers, timeout=10).text == "yes"
        assert requests.post(server.url, data=b"no", headers=headers, timeout=10).status_code == 400
    finally:
        server.stop()


def test_an_address_may_be_whole_as_a_proxy_gets_it() -> None:
    """Intuit's Java SDK drops the port of its address, unless it is told that this is its proxy."""
    server = Server(lambda request: Response(200, f"{request.method} {request.path} {request.query}")).start()
    try:
        address = "http://quickbooks.invalid/v3/company/1/query?query=a%20b"
        answer = requests.get(address, proxies={"http": server.url}, timeout=10)
        assert answer.text == "GET /v3/company/1/query {'query': 'a b'}"
    finally:
        server.stop()


def test_a_call_without_a_body_may_say_how_it_is_compressed(books: Client) -> None:
    headers = {**books.headers, "Content-Encoding": "gzip"}
    url = f"{books.url}/v3/company/{books.realm}"
    assert books.session.get(f"{url}/customer/1", headers=headers, timeout=10).status_code == 200
    made = books.post("Invoice", invoice(BillEmail={"Address": "a@example.com"}))
    sent = books.session.post(f"{url}/invoice/{made['Id']}/send", headers=headers, timeout=10)
    assert sent.json()["Invoice"]["EmailStatus"] == "EmailSent"


def test_an_upload_may_lack_its_last_boundary(books: Client) -> None:
    """As Intuit's Java SDK writes it, compressed as a whole."""
    parts = (
        '\r\n--b\r\nContent-Disposition: form-data; name="file_metadata_1"\r\nContent-Type: application/json\r\n\r\n'
        '{"FileName": "n.txt", "ContentType": "text/plain"}'
        '\r\n\r\n--b\r\nContent-Disposition: form-data; name="file_content_1" ; filename="n.txt"\r\n'
        "Content-Type: text/plain\r\n\r\nhello"
    )
    headers = {**books.headers, "Content-Encoding": "gzip", "Content-Type": "multipart/form-data; boundary=b"}
    url = f"{books.url}/v3/company/{books.realm}/upload"
    answer = books.session.post(url, data=gzip.compress(parts.encode()), headers=headers, timeout=10).json()
    [made] = answer["AttachableResponse"]
    assert (made["Attachable"]["FileName"], made["Attachable"]["Size"]) == ("n.txt", 5)
