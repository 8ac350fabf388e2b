"""Servers of our own in temporary directories: PostgreSQL, a streaming replica of it, PgBouncer in front of it.

They may be restarted and killed, which the machine's own server may not.
"""

from __future__ import annotations

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg

# Waits are this long because the machine may be busy; they end as soon as there is an answer.
PATIENCE = 120
# No crash of the machine is part of a test, and one of PostgreSQL alone loses nothing without it.
QUICK = "-c fsync=off -c full_page_writes=off -c max_connections=100 -c shared_buffers=64MB"


def programs() -> Path | None:
    """Where initdb, pg_ctl and pg_basebackup of the newest PostgreSQL are; None without one."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda one: float(one.parts[-3]))
    if found:
        return found[-1].parent
    named = shutil.which("initdb")
    return Path(named).resolve().parent if named else None


def pgbouncer() -> str:
    """The path of PgBouncer; "" without one."""
    return shutil.which("pgbouncer", path=f"{os.environ.get('PATH', '')}:/usr/sbin") or ""


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _as_server(command: Sequence[str], *, check: bool = True) -> None:
    """Run a program of the server; as the user postgres if we are root, which PostgreSQL refuses."""
    user = "postgres" if os.geteuid() == 0 else None
    # A file instead of a pipe: the server would inherit the pipe, and nobody would ever see its end.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, user=user, group=user, check=False, cwd="/"
        )
        said.seek(0)
        assert not check or done.returncode == 0, f"{command[0]}: {said.read().decode(errors='replace')}"


@dataclass
class Postgres:
    """One PostgreSQL server on 127.0.0.1 that trusts everybody."""

    folder: Path
    port: int
    options: str = QUICK

    def url(self, database: str = "postgres") -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        options = f"-p {self.port} -k {self.folder} -c listen_addresses=127.0.0.1 {self.options}"
        self._control("start", "-w", "-t", str(PATIENCE), "-l", str(self.folder / "log"), "-o", options)

    def stop(self, mode: str = "fast", *, check: bool = True) -> None:
        """`mode`: "fast" as an operator stops it; "immediate" as a crash does, without a checkpoint."""
        self._control("stop", "-w", "-t", str(PATIENCE), "-m", mode, check=check)

    def restart(self, mode: str) -> None:
        self.stop(mode)
        self.start()

    def create(self, database: str) -> str:
        """The URL of a new, empty database."""
        with psycopg.connect(self.url(), autocommit=True) as connection:
            connection.execute(f'CREATE DATABASE "{database}"')
        return self.url(database)

    def _control(self, *arguments: str, check: bool = True) -> None:
        there = programs()
        assert there is not None
        _as_server([str(there / "pg_ctl"), "-D", str(self.folder / "data"), *arguments], check=check)


@contextmanager
def _folder(name: str) -> Iterator[Path]:
    """A directory that the server's user can enter and write; gone afterwards."""
    folder = Path(tempfile.mkdtemp(prefix=f"runacall-{name}-"))
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def postgres(options: str = "") -> Iterator[Postgres]:
    """A running server, empty. `options`: further ones, such as "-c work_mem=64MB"."""
    there = programs()
    assert there is not None, "no PostgreSQL is installed"
    with _folder("postgres") as folder:
        _as_server([str(there / "initdb"), "-A", "trust", "-U", "postgres", "-N", "-D", str(folder / "data")])
        yield from _running(Postgres(folder, free_port(), f"{QUICK} {options}"))


@contextmanager
def replica_of(server: Postgres) -> Iterator[Postgres]:
    """A running hot standby that follows `server` by streaming replication."""
    there = programs()
    assert there is not None
    with _folder("replica") as folder:
        source = f"host=127.0.0.1 port={server.port} user=postgres"
        copy = ["--checkpoint=fast", "--wal-method=stream", "--no-sync", "--write-recovery-conf"]
        _as_server([str(there / "pg_basebackup"), "-d", source, "-D", str(folder / "data"), *copy])
        yield from _running(Postgres(folder, free_port()))


def _running(server: Postgres) -> Iterator[Postgres]:
    server.start()
    try:
        yield server
    finally:
        server.stop("immediate", check=False)


@dataclass
class PgBouncer:
    """PgBouncer with `pool_mode = transaction` in front of one server."""

    folder: Path
    port: int
    server: Postgres
    process: subprocess.Popen[bytes] | None = None

    def url(self, database: str) -> str:
        return f"postgres://postgres@127.0.0.1:{self.port}/{database}"

    def start(self) -> None:
        self.process = subprocess.Popen(
            [pgbouncer(), str(self.folder / "pgbouncer.ini")],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user="postgres" if os.geteuid() == 0 else None,
        )
        self.wait()

    def wait(self) -> None:
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            with suppress(psycopg.Error), psycopg.connect(self.url("postgres"), connect_timeout=5):
                return
            time.sleep(0.1)
        raise TimeoutError("PgBouncer does not answer")

    def stop(self) -> None:
        """At once, with whatever goes through it."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()

    def restart(self) -> None:
        self.stop()
        self.start()


@contextmanager
def pooled(server: Postgres, *, pool_size: int = 5) -> Iterator[PgBouncer]:
    """`pool_size`: sessions to the server for each database, fewer than there are clients."""
    with _folder("pgbouncer") as folder:
        port = free_port()
        (folder / "users").write_text('"postgres" ""\n')
        settings = {
            "listen_addr": "127.0.0.1",
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "trust",
            "auth_file": folder / "users",
            "logfile": folder / "log",
            "pidfile": folder / "pid",
            "pool_mode": "transaction",
            "default_pool_size": pool_size,
            "max_client_conn": 200,
        }
        lines = [f"{name} = {value}" for name, value in settings.items()]
        (folder / "pgbouncer.ini").write_text(
            f"[databases]\n* = host=127.0.0.1 port={server.port}\n[pgbouncer]\n" + "\n".join(lines) + "\n"
        )
        bouncer = PgBouncer(folder, port, server)
        bouncer.start()
        try:
            yield bouncer
        finally:
            bouncer.stop()
