"""A second demo in one clone is refused, by name of the first."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from demo.places import Home, Taken

ROOT = Path(__file__).resolve().parents[2]


def hold(home: Home) -> subprocess.Popen[str]:
    """Another process that claims the folder, and says so."""
    holding = (
        "import sys, time; from pathlib import Path; from demo.places import Home\n"
        f"with Home(Path({str(home.path)!r})).claimed() as claim:\n"
        "    claim.say('Its pages: http://127.0.0.1:8000.'); print('held', flush=True); time.sleep(60)"
    )
    process = subprocess.Popen([sys.executable, "-c", holding], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def test_the_second_is_told_of_the_first_and_comes_in_once_that_is_killed(tmp_path: Path) -> None:
    home = Home(tmp_path / "demo")
    first = hold(home)
    try:
        with pytest.raises(Taken) as refused, home.claimed():
            pass
        told = str(refused.value)
        assert f"process {first.pid}" in told
        assert "http://127.0.0.1:8000" in told
    finally:
        first.send_signal(signal.SIGKILL)
        first.wait()
    with home.claimed():
        home.reset()


def test_make_demo_refuses_and_touches_nothing(tmp_path: Path) -> None:
    """As a person sees it: exit status 1, the first one's name, and its folder as it was."""
    code = "import sys, demo.places as p; from pathlib import Path\n"
    code += f"p.PERSONS = p.Home(Path({str(tmp_path / 'demo')!r}))\n"
    code += "from demo.__main__ import main; sys.exit(main(sys.argv[1:]))"
    home = Home(tmp_path / "demo")
    home.path.mkdir()
    (home.path / "state.json").write_text("{}")
    with home.claimed():
        for arguments in ([], ["--reset"]):
            done = subprocess.run(
                [sys.executable, "-c", code, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
            )
            assert done.returncode == 1
            assert f"process {os.getpid()}" in done.stdout
    assert (home.path / "state.json").exists()
