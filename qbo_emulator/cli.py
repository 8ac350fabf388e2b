"""The command line of the emulator; knows neither rules nor sockets."""

from __future__ import annotations

import argparse
import errno
import json
import signal
import sys
from collections.abc import Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

from qbo_emulator.books.clock import Clock
from qbo_emulator.books.encoding import loads
from qbo_emulator.control import hand
from qbo_emulator.control.arguments import Refused
from qbo_emulator.founding.seed import DEFAULT_REALM, WORLDS
from qbo_emulator.record.exchange import read
from qbo_emulator.record.replaying import Replay, told
from qbo_emulator.record.upstream import Upstream
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--port", type=int, default=8010, help="port to listen on; 0 takes a free one")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on")
    parser.add_argument(
        "--realm", default=DEFAULT_REALM, help="realm id of the company (15 or 16 digits, as real ones)"
    )
    parser.add_argument("--access-token", default="", help="a bearer token that works from the start")
    parser.add_argument("--client-id", default="emulator-client", help="client id of the connecting app")
    parser.add_argument("--client-secret", default="emulator-secret", help="client secret of the connecting app")
    parser.add_argument("--state", type=Path, default=None, help="file that keeps the company; survives kill -9")
    parser.add_argument("--latency-ms", type=int, default=0, help="time that each call of the API takes")
    parser.add_argument("--no-limits", action="store_true", help="answer any number of calls")
    parser.add_argument("--clock", type=date.fromisoformat, default=None, help="the date on which the company lives")
    parser.add_argument("--world", choices=sorted(WORLDS), default="us", help="how the company does sales tax")
    parser.add_argument(
        "--do",
        action="append",
        default=[],
        type=command,
        metavar="JSON",
        help='a command of the control endpoint, carried out at the start, e.g. \'{"do": "sales_tax", "on": false}\'',
    )
    parser.add_argument(
        "--seed",
        choices=("plain", "sandbox"),
        default="plain",
        help="what a new company holds: a few rows, or the lists of Intuit's sample company",
    )
    parser.add_argument(
        "--company",
        action="append",
        default=[],
        type=further_company,
        metavar="REALM:WORLD",
        help="a further company; may be repeated",
    )


def add_recording(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--record", metavar="UPSTREAM", default="", help="pass every call on to this address, and write what comes back"
    )
    parser.add_argument(
        "--recording", type=Path, default=Path("recording.jsonl"), metavar="FILE", help="where --record writes"
    )
    parser.add_argument(
        "--check",
        type=Path,
        default=None,
        metavar="FILE",
        help="play a recording against the emulator and say what differs",
    )


def command(text: str) -> dict[str, object]:
    try:
        given = loads(text)
    except ValueError as problem:
        raise argparse.ArgumentTypeError(f"{text!r} is not JSON: {problem}") from None
    if not isinstance(given, dict):
        raise argparse.ArgumentTypeError(f"{text!r} is not a JSON object")
    return given


def further_company(text: str) -> tuple[str, str]:
    realm, _, world = text.partition(":")
    if not realm.isdigit() or world not in WORLDS:
        raise argparse.ArgumentTypeError(f"{text!r} is not REALM:WORLD; worlds are {', '.join(sorted(WORLDS))}")
    return realm, world


def build(options: argparse.Namespace) -> Emulator:
    return Emulator(
        realm_id=options.realm,
        client_id=options.client_id,
        client_secret=options.client_secret,
        access_token=options.access_token,
        state=options.state,
        has_limits=not options.no_limits,
        latency_ms=options.latency_ms,
        clock=Clock.starting(options.clock) if options.clock else Clock(),
        world=options.world,
        companies=dict(options.company),
        sample=options.seed == "sandbox",
    )


def ready_line(emulator: Emulator, server: Server) -> str:
    return json.dumps(
        {
            "ready": True,
            "url": server.url,
            "realm_id": emulator.realm_id,
            "client_id": emulator.tokens.client_id,
            "client_secret": emulator.tokens.client_secret,
            "access_token": emulator.access_token,
            "page": f"{server.url}/",
            "realms": list(emulator.companies),
        }
    )


def remark(words: str) -> None:
    sys.stderr.write(f"qbo-emulator: {words}\n")
    sys.stderr.flush()


def serve(options: argparse.Namespace) -> None:
    """Serves until it is stopped (Ctrl-C, SIGTERM), after one JSON line on standard output that says it is ready."""
    emulator = build(options)
    emulator.remark = remark
    for given in options.do:
        hand.do(emulator, given, emulator.clock.now())
    server = Server(emulator.handle, host=options.host, port=options.port)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    emulator.start_webhooks()
    sys.stdout.write(ready_line(emulator, server) + "\n")
    sys.stdout.flush()
    try:
        server.run()
    except KeyboardInterrupt:
        server.stop()
    emulator.close()


def record(options: argparse.Namespace) -> None:
    """Acts as a proxy for another company until it is stopped; writes the redacted exchanges to the file."""
    upstream = Upstream(options.record, options.recording)
    server = Server(upstream.handle, host=options.host, port=options.port)
    signal.signal(signal.SIGTERM, lambda *_: server.stop())
    sys.stdout.write(json.dumps({"ready": True, "url": server.url, "upstream": upstream.url}) + "\n")
    sys.stdout.flush()
    with suppress(KeyboardInterrupt):
        server.run()
    server.stop()


def check(options: argparse.Namespace) -> int:
    """Plays a recording; returns 1 if an answer differs."""
    outcomes = list(Replay(build(options)).play(read(options.check)))
    sys.stdout.writelines(f"{line}\n" for line in told(outcomes))
    return int(any(outcome.differences for outcome in outcomes))


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="qbo-emulator", description="A QuickBooks Online company on this machine.")
    add_arguments(parser)
    add_recording(parser)
    try:
        return run(parser.parse_args(arguments))
    except OSError as problem:
        hint = " (--port 0 takes a free one)" if problem.errno == errno.EADDRINUSE else ""
        sys.stderr.write(f"qbo-emulator: {problem}{hint}\n")
        return 1
    except (ValueError, Refused) as problem:
        sys.stderr.write(f"qbo-emulator: {problem}\n")
        return 1


def run(options: argparse.Namespace) -> int:
    if options.check:
        options.no_limits = True
        return check(options)
    if options.record:
        record(options)
    else:
        serve(options)
    return 0


def options_from(given: dict[str, object]) -> argparse.Namespace:
    """The same options, as another parser has read them."""
    return argparse.Namespace(**given)
