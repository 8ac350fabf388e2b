"""HTTP/1.1 over sockets, one thread per connection; knows nothing about what it serves."""

from __future__ import annotations

import re
import socket
import struct
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http import HTTPStatus

from qbo_emulator.messages import LARGEST_BODY, Request, Response

REASONS = {status.value: status.phrase for status in HTTPStatus}
LARGEST_HEAD = 65536
ONE_LINE = re.compile(r"[\r\n]+")
THIS_MACHINE = ("127.0.0.1", "localhost")
RESET_ON_CLOSE = struct.pack("ii", 1, 0)


class Malformed(Exception):
    """Bytes that are not an HTTP request."""


class Server:
    """Serves `handle` until `stop` is called."""

    def __init__(self, handle: Callable[[Request], Response], *, host: str = "127.0.0.1", port: int = 0) -> None:
        self.handle = handle
        self.listener = socket.create_server((host, port), backlog=512, reuse_port=False)
        self.host, self.port = self.listener.getsockname()[:2]
        self._stopped = threading.Event()
        self._conversations: set[socket.socket] = set()

    @property
    def url(self) -> str:
        """Where this machine reaches it: 0.0.0.0 is every address and none to call."""
        return f"http://{'127.0.0.1' if self.host == '0.0.0.0' else self.host}:{self.port}"  # noqa: S104

    def run(self) -> None:
        while not self._stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                time.sleep(0.05)  # closed by `stop`, or out of sockets for a moment
                continue
            self._conversations.add(connection)
            threading.Thread(target=self._converse, args=(connection,), daemon=True).start()

    def start(self) -> Server:
        threading.Thread(target=self.run, daemon=True).start()
        return self

    def stop(self) -> None:
        """Ends; what is being answered still goes out, and nothing more is read from clients that keep a connection."""
        self._stopped.set()
        with suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in self._conversations.copy():
            with suppress(OSError):
                connection.shutdown(socket.SHUT_RD)

    def _converse(self, connection: socket.socket) -> None:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(connection)
        try:
            while not self._stopped.is_set():
                read = reader.request()
                if read is None:
                    break
                request, keeps = read
                if not self._answer(connection, self.handle(request), keeps=keeps, bodyless=request.method == "HEAD"):
                    break
        except Malformed as problem:
            send(connection, Response(400, f"{problem}\n", "text/plain"), keeps=False)
        except OSError:
            pass
        finally:
            self._conversations.discard(connection)
            connection.close()

    def _answer(self, connection: socket.socket, answer: Response, *, keeps: bool, bodyless: bool) -> bool:
        """Sends `answer`, or breaks the connection as it says. True if the connection stays open."""
        if answer.delay:
            time.sleep(answer.delay)
        if answer.breakage == "reset":
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET_ON_CLOSE)
            return False
        if answer.breakage == "timeout":
            return False
        if answer.breakage == "cut":
            data = encoded(answer, keeps=False)
            connection.sendall(data[: len(data) - max(len(answer.data) // 2, 1)])
            return False
        send(connection, answer, keeps=keeps, bodyless=bodyless)
        return keeps


class Reader:
    """Reads requests off one connection."""

    def __init__(self, connection: socket.socket) -> None:
        self.connection = connection
        self.buffer = b""

    def request(self) -> tuple[Request, bool] | None:
        """The next request, and whether the client keeps the connection; None at its end. Raises Malformed."""
        head = self._until(b"\r\n\r\n", LARGEST_HEAD)
        if head is None:
            return None
        line, *rest = head.decode("latin-1").split("\r\n")
        headers = self._with_port(dict(_header(one) for one in rest if one))
        try:
            method, target, version = line.split(" ")
        except ValueError:
            raise Malformed("not an HTTP request") from None
        if headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self._body(headers)
        keeps = headers.get("connection", "").lower() != "close" and version == "HTTP/1.1"
        try:
            return Request.to(method, target, headers=headers, body=body), keeps
        except ValueError as problem:
            raise Malformed(f"not a request: {problem}") from None

    def _with_port(self, headers: dict[str, str]) -> dict[str, str]:
        """`headers` with the port in Host, which Intuit's PHP SDK leaves out: addresses in answers are made from it."""
        if headers.get("host", "") in THIS_MACHINE and "x-forwarded-proto" not in headers:
            headers["host"] += f":{self.connection.getsockname()[1]}"
        return headers

    def _body(self, headers: dict[str, str]) -> bytes:
        if headers.get("transfer-encoding", "").lower() == "chunked":
            return self._chunks()
        length = headers.get("content-length", "0")
        if not length.isdigit() or int(length) > LARGEST_BODY:
            raise Malformed("bad Content-Length")
        return self._exactly(int(length))

    def _chunks(self) -> bytes:
        parts: list[bytes] = []
        whole = 0
        while True:
            line = self._until(b"\r\n", LARGEST_HEAD)
            try:
                size = int((line or b"").split(b";")[0], 16)
            except ValueError:
                raise Malformed("bad chunk") from None
            whole += size
            if whole > LARGEST_BODY:
                raise Malformed("too long")
            parts.append(self._exactly(size))
            self._until(b"\r\n", LARGEST_HEAD)
            if size == 0:
                return b"".join(parts)

    def _until(self, mark: bytes, limit: int) -> bytes | None:
        while mark not in self.buffer:
            if len(self.buffer) > limit:
                raise Malformed("too long")
            if not self._more():
                return None
        found, _, self.buffer = self.buffer.partition(mark)
        return found

    def _exactly(self, size: int) -> bytes:
        while len(self.buffer) < size:
            if not self._more():
                raise Malformed("the body ends early")
        found, self.buffer = self.buffer[:size], self.buffer[size:]
        return found

    def _more(self) -> bool:
        data = self.connection.recv(262144)
        self.buffer += data
        return bool(data)


def _header(line: str) -> tuple[str, str]:
    name, mark, value = line.partition(":")
    if not mark:
        raise Malformed("bad header")
    return name.strip().lower(), value.strip()


def encoded(answer: Response, *, keeps: bool, bodyless: bool = False) -> bytes:
    body = answer.data
    lines = [
        f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Unknown')}",
        f"Content-Type: {answer.content_type}",
        f"Content-Length: {len(body)}",
        f"Connection: {'keep-alive' if keeps else 'close'}",
        *(f"{name}: {ONE_LINE.sub(' ', value)}" for name, value in answer.headers.items()),
    ]
    head = "\r\n".join(lines).encode("latin-1", "replace") + b"\r\n\r\n"
    return head if bodyless else head + body


def send(connection: socket.socket, answer: Response, *, keeps: bool, bodyless: bool = False) -> None:
    connection.sendall(encoded(answer, keeps=keeps, bodyless=bodyless))
