"""The emulator as a package: its wheel in an environment that holds nothing else, with clients in use at work."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import venv
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.processes, pytest.mark.timeout(400)]
BARE = {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8"}  # nothing that leads back into the repository


def run(*command: object, **options: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(one) for one in command], capture_output=True, text=True, **options)  # type: ignore[call-overload]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The interpreter of an environment with the wheel and nothing else."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ("--no-deps", "--no-build-isolation", "--no-index", "--wheel-dir", folder)
    built = run(sys.executable, "-m", "pip", "wheel", "--quiet", *options, ROOT / "qbo_emulator")
    assert built.returncode == 0, built.stderr
    [wheel] = folder.glob("qbo_emulator-*-py3-none-any.whl")
    venv.create(folder / "empty", with_pip=False)
    python = folder / "empty" / "bin" / "python"
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", env=BARE).stdout.strip()
    installed = run(sys.executable, "-m", "pip", "install", "--quiet", "--no-index", "--target", site, wheel)
    assert installed.returncode == 0, installed.stderr
    return python


@pytest.fixture(scope="module")
def ready(python: Path) -> Iterator[dict[str, str]]:
    command = [str(python), "-m", "qbo_emulator", "--port", "0", "--no-limits", "--seed", "sandbox"]
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, text=True, env=BARE)
    assert process.stdout
    yield json.loads(process.stdout.readline())
    process.kill()
    process.wait()
    process.stdout.close()


def interpreter(minor: int) -> str:
    """The Python 3 of this minor version, if it is here and runs; else empty."""
    versions = sorted(Path("~/.pyenv/versions").expanduser().glob(f"3.{minor}.*/bin/python"))
    found = [shutil.which(f"python3.{minor}"), *map(str, versions)]
    runs = (one for one in found if one and run(one, "--version").returncode == 0)
    return next(runs, "")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("minor", range(9, 15))
def test_it_runs_on_each_python_that_it_names(python: Path, minor: int) -> None:
    """The packed files themselves, on another interpreter: lists, an invoice, XML, a report, a fault."""
    other = interpreter(minor)
    if not other:
        pytest.skip(f"Python 3.{minor} is not here")
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", env=BARE).stdout.strip()
    command = [other, "-W", "error", "-m", "qbo_emulator", "--port", "0", "--no-limits", "--seed", "sandbox"]
    process = subprocess.Popen(command, cwd="/", stdout=subprocess.PIPE, text=True, env={**BARE, "PYTHONPATH": site})
    try:
        assert process.stdout
        ready = json.loads(process.stdout.readline())
        base = f"{ready['url']}/v3/company/{ready['realm_id']}"
        headers = {"Authorization": f"Bearer {ready['access_token']}", "Accept": "application/json"}
        found = requests.get(f"{base}/query?query=select * from Customer", headers=headers, timeout=30).json()
        assert len(found["QueryResponse"]["Customer"]) > 20
        sold = {"DetailType": "SalesItemLineDetail", "Amount": 9, "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}
        body = {"CustomerRef": {"value": "1"}, "Line": [sold]}
        made = requests.post(f"{base}/invoice", json=body, headers=headers, timeout=30).json()["Invoice"]
        assert made["TotalAmt"] == 9
        as_xml = requests.get(f"{base}/invoice/{made['Id']}", headers={**headers, "Accept": "text/xml"}, timeout=30)
        assert "<IntuitResponse" in as_xml.text
        assert requests.get(f"{base}/reports/ProfitAndLoss", headers=headers, timeout=30).json()["Rows"]["Row"]
        assert requests.get(f"{base}/invoice/999999", headers=headers, timeout=30).json()["Fault"]["Error"]
        assert requests.get(ready["page"], timeout=30).ok
    finally:
        process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


def test_nothing_of_ours_and_nothing_else_is_in_it(python: Path) -> None:
    seen = run(
        python, "-c", "import qbo_emulator, sys; print(qbo_emulator.__file__, sorted(sys.modules))", env=BARE, cwd="/"
    )
    assert seen.returncode == 0, seen.stderr
    assert "site-packages/qbo_emulator" in seen.stdout
    assert not [name for name in ("'requests'", "'django'", "'pytest'", "'runacall'") if name in seen.stdout]


def test_it_has_a_command_of_its_own(python: Path) -> None:
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", env=BARE).stdout.strip()
    said = run(python, Path(site) / "bin" / "qbo-emulator", "--help", env=BARE, cwd="/")
    assert (said.returncode, "usage: qbo-emulator" in said.stdout) == (0, True)


def test_every_file_that_it_needs_is_in_it(python: Path) -> None:
    site = run(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", env=BARE).stdout.strip()
    there = {str(path.relative_to(site)) for path in (Path(site) / "qbo_emulator").rglob("*") if path.is_file()}
    wanted = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "qbo_emulator").rglob("*.*")
        if path.suffix in (".py", ".css", ".json")
    }
    assert wanted <= there


@pytest.mark.slow
def test_python_quickbooks_works_against_it(ready: dict[str, str], tmp_path: Path) -> None:
    """Its flows are those of tests/contract, which know nothing of who answers."""
    environment = {
        **os.environ,
        "QBO_SANDBOX_URL": ready["url"],
        "QBO_SANDBOX_RECORDING": str(tmp_path / "recording.jsonl"),
        "QBO_SANDBOX_REALM_ID": ready["realm_id"],
        "QBO_SANDBOX_ACCESS_TOKEN": ready["access_token"],
        "QBO_SANDBOX_DISCOVERY": f"{ready['url']}/.well-known/openid_sandbox_configuration",
    }
    flows = "tests/contract/test_python_quickbooks.py"
    done = run(sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", flows, cwd=ROOT, env=environment)
    assert done.returncode == 0, done.stdout[-2000:]
    assert " skipped" not in done.stdout.splitlines()[-1]


PLUGIN_TEST = """
import json, urllib.error, urllib.request
import pytest

def call(qbo, path, body=None):
    data = json.dumps(body).encode() if body else None
    with urllib.request.urlopen(urllib.request.Request(f"{qbo.base_url}/{path}", data, qbo.headers)) as answer:
        return json.load(answer)

def test_books(qbo):
    made = call(qbo, "customer", {"DisplayName": "Ada"})["Customer"]
    assert qbo.row("Customer", made["Id"])["DisplayName"] == "Ada"
    assert qbo.calls[-1]["path"].endswith("/customer")

def test_a_new_company_each_time(qbo):
    assert [row["DisplayName"] for row in qbo.rows("Customer")] == ["Amy's Bird Sanctuary"]

@pytest.mark.qbo(world="canada")
def test_a_world(qbo):
    assert call(qbo, "companyinfo/1")["CompanyInfo"]["Country"] == "CA"

def test_faults(qbo):
    qbo.fault("status", status=503)
    with pytest.raises(urllib.error.HTTPError, match="503"):
        call(qbo, "preferences")
    qbo.do("close_books", date="2026-01-31")
    assert call(qbo, "preferences")["Preferences"]["AccountingInfoPrefs"]["BookCloseDate"] == "2026-01-31"
"""


def test_the_fixture_for_pytest(tmp_path: Path) -> None:
    (tmp_path / "test_mine.py").write_text(PLUGIN_TEST)
    options = ("-p", "qbo_emulator.pytest_plugin", "--strict-markers", "--rootdir", tmp_path)
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = run(sys.executable, "-m", "pytest", "-q", *options, tmp_path, cwd=tmp_path, env=environment)
    assert "4 passed" in done.stdout, done.stdout
