"""Builds `.venv` from the locked requirements, mends it, and examines this machine; needs nothing but Python itself.

It is read by whatever `python3` is, so it keeps to what Python 3.6 understands until it has said which one is needed.
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
# Where nobody watches, a line every so many seconds says that it goes on.
SAY_EVERY = 10.0


class Problem(Exception):
    """Why it cannot go on, and what to do: for the person at the terminal."""


def version_problem(version):
    """What to say to a Python of that version; "" where it will do."""
    if tuple(version[:2]) >= NEEDED:
        return ""
    newer = [name for name in ("python3.11", "python3.12", "python3.13") if runs(name)]
    told = f"This is Python {version[0]}.{version[1]}, and Python {NEEDED[0]}.{NEEDED[1]} or newer is needed."
    if newer:
        return told + f" There is one here: make PYTHON={newer[0]}"
    return told + " Install it (Debian 12 and Ubuntu 24.04 have it), then say which: make PYTHON=python3.11"


def runs(name):
    """Whether there is a Python of that name, and not only a signpost to one."""
    return bool(shutil.which(name)) and not subprocess.call(
        [name, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )


def answers(*arguments):
    """Whether the environment's own Python does that without complaint."""
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
    """Make `.venv`, or mend the one that is there. Raises Problem."""
    if not is_usable():
        if os.path.lexists(VENV):
            say(".venv has no Python that runs any more, or one that is too old: building it again.")
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
                "This Python cannot make an environment, since ensurepip is missing."
                " On Debian and Ubuntu: apt install python3-venv"
            )
        raise Problem("The environment could not be built:\n" + told)


def install(lock):
    """Install exactly what `lock` names, each file by its hash. Raises Problem, with pip's last words."""
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
        raise Problem("\n".join(last_words) + f"\n\npip could not install {lock}; its last words are above.")
    progress.say(f"{lock}: all {progress.done} are there")
    progress.end()


class Progress:
    """One line that counts along on a terminal; elsewhere a line now and then."""

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
    """What is well and what is not, one line each; False where something needed is missing."""
    needed = [
        (f"Python {sys.version_info[0]}.{sys.version_info[1]}", version_problem(sys.version_info)),
        (".venv", "" if is_usable() else "there is none that runs: make install"),
        ("pip in .venv", "" if has_pip() else "missing; make install adds it"),
        ("what the product runs on", "" if answers("-c", "import django, django_q, unfold") else "make install"),
        ("room on the disk", disk_problem()),
        ("var can be written", "" if can_write(os.path.join(ROOT, "var")) else "give this user the folder var"),
    ]
    useful = [
        ("tests and checks", "" if answers("-c", "import pytest, ruff, mypy") else "make install"),
        (".env", "" if os.path.exists(os.path.join(ROOT, ".env")) else "none; needed by hand only, see .env.example"),
        (
            "Chromium",
            ""
            if any(map(shutil.which, ("chromium", "chromium-browser", "google-chrome")))
            else "none: the browser tests are left out",
        ),
        ("PostgreSQL", "" if listens(5432) else "none at 127.0.0.1:5432: SQLite serves, its tests are left out"),
        ("port 8000", "taken: the demo takes the next one" if listens(8000) else ""),
        ("port 8100", "taken: the demo's QuickBooks takes the next one" if listens(8100) else ""),
    ]
    for name, problem in needed:
        say(f"NO    {name}: {problem}" if problem else f"ok    {name}")
    for name, remark in useful:
        say(f"-     {name}: {remark}" if remark else f"ok    {name}")
    settings_are_well = settings_doctor()
    return settings_are_well and not any(problem for _, problem in needed)


def settings_doctor():
    """What Django's own checks say to the settings of this clone."""
    if not answers("-c", "import django"):
        return True
    done = subprocess.run(
        [PYTHON, "manage.py", "check"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False
    )
    if done.returncode == 0:
        say("ok    the settings")
        return True
    told = done.stdout.decode(errors="replace")
    if not os.path.exists(os.path.join(ROOT, ".env")) and "runacall.E001" in told:
        say("-     the settings: none yet; the demo makes its own, by hand begin with cp .env.example .env")
        return True
    say("NO    the settings:\n" + told)
    return False


def disk_problem():
    free = shutil.disk_usage(ROOT).free / 1e9
    return "" if free > 1 else f"{free:.1f} GB free; the environment alone takes 0.5"


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
