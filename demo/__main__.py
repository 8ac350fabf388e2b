"""`make demo`: shops, QuickBooks companies, web and workers on this machine, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import signal
import sys
import time

from demo import leaflet
from demo.bookkeeper import Bookkeeper
from demo.places import PERSONS, WALK, WEBHOOK_VERIFIER, Claim, Home, Taken
from demo.processes import DidNotStart, Processes, free_port
from demo.shop_data import HEATING, SHOPS

began = time.monotonic()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="demo", description=__doc__)
    parser.add_argument("--once", action="store_true", help="do everything without a person, then stop")
    parser.add_argument("--reset", action="store_true", help="delete what the demo created, and stop")
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on; in a container 0.0.0.0")
    parser.add_argument("--web-port", type=int, default=8000)
    parser.add_argument("--emulator-port", type=int, default=8100)
    options = parser.parse_args(arguments)
    for ending in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ending, _as_interrupt)
    home = WALK if options.once else PERSONS
    try:
        with home.claimed() as claim:
            return reset(home) if options.reset else run(options, home, claim)
    except Taken as problem:
        tell(str(problem).rstrip())
        return 1


def reset(home: Home) -> int:
    home.reset()
    say("The demo's database, books and keys are gone.")
    return 0


def run(options: argparse.Namespace, home: Home, claim: Claim) -> int:
    """Exit status: 0, or 1 if something went wrong."""
    if options.once or not home.remembered().get("ready"):
        # A walk starts from nothing, and so does a demo that was interrupted.
        home.reset()
    emulator_url = f"http://127.0.0.1:{free_port(options.emulator_port)}"
    environment = home.environment(emulator_url)
    os.environ.update(environment)
    processes = Processes(home, environment, options.host)
    try:
        return _run(home, processes, options, emulator_url, claim)
    except KeyboardInterrupt:
        say("Stopping.")
        return 0
    except DidNotStart as problem:
        say(str(problem))
        return 1
    finally:
        processes.stop()
        say("Everything that the demo started has been stopped.")


def _run(home: Home, processes: Processes, options: argparse.Namespace, emulator_url: str, claim: Claim) -> int:
    _prepare_django()
    processes.start_emulator(int(emulator_url.rpartition(":")[2]), realms=tuple(shop.realm_id for shop in SHOPS))
    web_port = free_port(options.web_port)
    processes.start_web(web_port)
    claim.say(f"Its pages: http://127.0.0.1:{web_port}, its QuickBooks: {emulator_url}.")
    processes.start_cluster()
    _listen(emulator_url, f"http://127.0.0.1:{web_port}")
    problem = _tell_story(home, emulator_url)
    if problem:
        say(problem)
        return 1
    web = f"http://127.0.0.1:{web_port}"
    if options.once:
        return _walk(web, emulator_url)
    tell(leaflet.text(web, emulator_url))
    return _watch(home, processes)


def _listen(emulator_url: str, web: str) -> None:
    """What happens in the companies is told to the web process, as Intuit does; the port may be different this time."""
    for shop in SHOPS:
        hand = Bookkeeper(emulator_url, shop.realm_id)
        hand.do("webhook", url=f"{web}/quickbooks/webhooks/", verifier=WEBHOOK_VERIFIER)


def _prepare_django() -> None:
    import django
    from django.core.management import call_command

    say("Preparing the database and the static files.")
    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)


def _tell_story(home: Home, emulator_url: str) -> str:
    """Seed and cause the errors, or continue where the last run stopped; returns "" or what went wrong."""
    from demo import seeding, story
    from qbo.models import Connection

    if home.remembered().get("ready"):
        # The port may be different this time.
        Connection.objects.filter(environment="emulator").update(emulator_url=emulator_url)
        say("Continuing where the last run stopped; `make demo-reset` starts over.")
        return ""
    stocks = seeding.seed()
    say(f"{seeding.INVOICES} invoices of {HEATING.name}, and a few of two sister shops.")
    try:
        story.cause_all(stocks, emulator_url, say=say)
    except story.TookTooLong as problem:
        return str(problem)
    home.remember(ready=True)
    say("The eight documented errors are in the log:")
    for line in story.told_errors(story.now()):
        tell(line)
    return ""


def _walk(web: str, quickbooks: str) -> int:
    from demo.office import PageRefused
    from demo.story import TookTooLong
    from demo.walk import NotCleared, Walk

    try:
        Walk(web=web, quickbooks=quickbooks, say=say).all()
    except (NotCleared, PageRefused, TookTooLong) as problem:
        say(f"FAILED: {problem}")
        return 1
    say("All eight are fixed, retried and cleared, and the books match.")
    return 0


def _watch(home: Home, processes: Processes) -> int:
    while not processes.dead():
        time.sleep(0.5)
    say(f"{', '.join(processes.dead())} has stopped unexpectedly; see {home.logs}.")
    return 1


def say(text: str) -> None:
    tell(f"{time.monotonic() - began:6.1f} s  {text}")


def tell(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def _as_interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    sys.exit(main())
