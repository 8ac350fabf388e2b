"""Builds `.venv` from the locked requirements, repairs it, and checks this machine; needs only Python itself.

It is run by any `python3`, so it uses only what Python 3.6 understands until it has said which version is needed.
"""

import argparse
import os
import shutil
import socket
import subprocess
import sys
import time

NEEDED = (3, 11)
ROOT = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
VENV = os.path.join(ROOT, ".venv")
PYTHON = os.path.join(VENV, "bin", "python")
# Without a terminal, a line every so many seconds shows that it is still running.
SAY_EVERY = 10.0


class Problem(Exception):
    """Why it cannot continue, and what to do: for the person at the terminal."""


def version_problem(version):
    """What is wrong with that Python version; "" if nothing."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    newer = [name for name in ("python3.11", "python3.12", "python3.13") if runs(name)]
    told = f"This is Python {version[0]}.{version[1]}, and Python {NEEDED[0]}.{NEEDED[1]} or newer is needed."
    if newer:
        return told + f" There is one here: make PYTHON={newer[0]}"
    return told + " Install it (Debian 12 and Ubuntu 24.04 have it), then say which: make PYTHON=python3.11"


def runs(name):
    """Whether there is a working Python with that name, not only a placeholder."""
    return bool(shutil.which(name)) and not subprocess.call(
        [name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def answers(*arguments):
    """Whether the environment's own Python runs that without an error."""
    try:
        done = subprocess.run(
            [PYTHON, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=ROOT, timeout=60
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def is_usable():
    """Whether `.venv` has a Python that runs and is new enough."""
    return answers("-c", f"import sys; sys.exit(sys.version_info < {NEEDED!r})")


def has_pip():
    return answers("-m", "pip", "--version")


def build():
    """Create `.venv`, or repair the existing one. Raises Problem."""
    if not is_usable():
        if os.path.lexists(VENV):
            say(".venv has no working Python, or one that is too old: building it again.")
        make_venv("--clear")
    elif not has_pip():
        say(".venv has no pip: adding it.")
        if not answers("-m", "ensurepip", "--upgrade", "--default-pip") or not has_pip():
            make_venv("--clear")
    if not has_pip():
        raise Problem("pip does not run in .venv. Remove the folder and run make install again.")


def make_venv(*options):
    done = subprocess.run(
        [sys.executable, "-m", "venv", *options, VENV], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode:
        told = done.stdout.decode(errors="replace").strip()
        if "ensurepip" in told:
            raise Problem(
                "This Python cannot create an environment because ensurepip is missing."
                " On Debian and Ubuntu: apt install python3-venv"
            )
        raise Problem("The environment could not be built:\n" + told)


def install(lock):
    """Install exactly what `lock` names, each file checked by its hash. Raises Problem with the end of pip's output."""
    with open(os.path.join(ROOT, lock)) as lines:
        wanted = sum("==" in line for line in lines)
    command = [PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off"]
    pip = subprocess.Popen(
        [*command, "--require-hashes", "-r", lock],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        universal_newlines=True,
    )
    progress, last_words = Progress(lock, wanted), []
    for line in pip.stdout:
        last_words = [*last_words[-15:], line.rstrip()]
        if line.startswith(("Collecting ", "Requirement already satisfied: ")):
            progress.step(line.split(": ")[-1].replace("Collecting ", "").split()[0])
        elif line.startswith("Installing collected packages"):
            progress.say(f"{lock}: installing what was fetched")
    if pip.wait():
        progress.end()
        raise Problem("\n".join(last_words) + f"\n\npip could not install {lock}; the end of its output is above.")
    progress.say(f"{lock}: all {progress.done} are installed")
    progress.end()


class Progress:
    """One line that is updated on a terminal; elsewhere a new line now and then."""

    def __init__(self, lock, wanted):
        self.lock, self.wanted, self.done = lock, wanted, 0
        self.is_watched = sys.stdout.isatty()
        self.said_at = 0.0

    def step(self, name):
        self.done += 1
        if self.is_watched or time.time() - self.said_at >= SAY_EVERY:
            self.say(f"{self.lock}: {self.done} of up to {self.wanted}  {name}")

    def say(self, text):
        self.said_at = time.time()
        sys.stdout.write("\r\033[K" + text if self.is_watched else text + "\n")
        sys.stdout.flush()

    def end(self):
        if self.is_watched:
            sys.stdout.write("\n")


def doctor():
    """What is fine and what is not, one line each; False if something needed is missing."""
    needed = [
        (f"Python {sys.version_info[0]}.{sys.version_info[1]}", version_problem(sys.version_info)),
        (".venv", "" if is_usable() else "there is no working one: make install"),
        ("pip in .venv", "" if has_pip() else "missing; make install adds it"),
        ("what the product needs", "" if answers("-c", "import django, django_q, unfold") else "make install"),
        ("disk space", disk_problem()),
        (
            "var can be written",
            "" if can_write(os.path.join(ROOT, "var")) else "make the folder var writable for this user",
        ),
    ]
    useful = [
        ("tests and checks", "" if answers("-c", "import pytest, ruff, mypy") else "make install"),
        (
            ".env",
            ""
            if os.path.exists(os.path.join(ROOT, ".env"))
            else "none; only needed without the demo, see .env.example",
        ),
        (
            "Chromium",
            ""
            if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
            else "none: the browser tests are skipped",
        ),
        ("PostgreSQL", "" if listens(5432) else "none at 127.0.0.1:5432: SQLite is used; its tests are skipped"),
        ("port 8000", "taken: the demo uses the next one" if listens(8000) else ""),
        ("port 8100", "taken: the demo's QuickBooks uses the next one" if listens(8100) else ""),
    ]
    for name, problem in needed:
        say(f"NO    {name}: {problem}" if problem else f"ok    {name}")
    for name, remark in useful:
        say(f"-     {name}: {remark}" if remark else f"ok    {name}")
    settings_are_well = settings_doctor()
    return settings_are_well and not any(problem for _, problem in needed)


def settings_doctor():
    """What Django's checks say about the settings of this clone, its database and this machine's clock."""
    if not answers("-c", "import django"):
        return True
    done = subprocess.run(
        [PYTHON, "manage.py", "check", "--database", "default", "--fail-level", "WARNING"],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode == 0:
        say("ok    the settings, the database and this machine's clock beside the database's")
        return True
    told = done.stdout.decode(errors="replace")
    if not os.path.exists(os.path.join(ROOT, ".env")) and "runacall.E001" in told:
        say("-     the settings: none yet; the demo makes its own. Without the demo, start with cp .env.example .env")
        return True
    say("NO    the settings, the database or the clock:\n" + told)
    return False


def disk_problem():
    free = shutil.disk_usage(ROOT).free / 1e9
    return "" if free > 1 else f"{free:.1f} GB free; the environment alone needs 0.5"


def can_write(folder):
    return os.access(folder if os.path.isdir(folder) else ROOT, os.W_OK)


def listens(port):
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0


def say(text):
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def main():
    parser = argparse.ArgumentParser(prog="environment.py", description=__doc__)
    parser.add_argument("task", choices=["install", "doctor"])
    parser.add_argument("--lock", default="requirements.lock", help="which requirements to install")
    options = parser.parse_args()
    if options.task == "doctor":
        return 0 if doctor() else 1
    try:
        problem = version_problem(sys.version_info)
        if problem:
            raise Problem(problem)
        build()
        install(options.lock)
    except Problem as problem:
        sys.stderr.write(f"{problem}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
