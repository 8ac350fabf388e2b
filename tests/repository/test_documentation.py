"""What the documentation says exists, exists; what exists and people need, is documented."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

from django.core.management import get_commands, load_command_class
from environs import Env

from sync.models import State

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
OURS = {name: app for name, app in get_commands().items() if str(app).split(".")[0] in ("runacall", "qbo", "sync")}
FENCED = re.compile(r"```.*?```", re.DOTALL)
LINK = re.compile(r"\[[^\]]+\]\(([^)#\s]+)(#[^)]*)?\)")


def text(name: str) -> str:
    return (ROOT / name).read_text()


def test_links_lead_somewhere() -> None:
    for page in PAGES:
        for target, _ in LINK.findall(FENCED.sub("", page.read_text())):
            if not target.startswith(("http:", "https:", "mailto:")):
                assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_the_pages_that_the_readme_promises_exist() -> None:
    for page in ("vocabulary", "architecture", "errors", "running", "emulator"):
        assert (ROOT / "docs" / f"{page}.md").exists()
    assert list((ROOT / "docs" / "decisions").glob("0*.md"))


def test_every_command_that_is_named_exists() -> None:
    for page in PAGES:
        for command in re.findall(r"manage\.py ([a-z_]+)", page.read_text()):
            assert command in get_commands(), f"{page.name} names {command}"


def test_every_command_of_ours_is_in_the_running_guide() -> None:
    running = text("docs/running.md")
    for command in OURS:
        if command != "write_error_docs":
            assert f"`{command}" in running, command


def test_options_that_the_running_guide_names_exist() -> None:
    for row in re.findall(r"^\| `([a-z_]+) ([^`]*)`", text("docs/running.md"), re.MULTILINE):
        parser = load_command_class(OURS[row[0]], row[0]).create_parser("manage.py", row[0])
        for option in re.findall(r"--[a-z-]+", row[1]):
            assert option in parser._option_string_actions, f"{row[0]} {option}"


def test_make_targets_that_are_named_exist() -> None:
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    for page in PAGES:
        for named in re.findall(r"(?:`|^    |=1 )make ([a-z-]+)", page.read_text(), re.MULTILINE):
            assert named in targets, f"{page.name} names make {named}"


def test_plain_make_lists_every_target() -> None:
    listed = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    targets = re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE)
    assert targets
    for target in targets:
        assert re.search(rf"^{target}\s+\S", listed, re.MULTILINE), target


def test_the_map_of_the_tree_is_true() -> None:
    tree = text("README.md").split("## Where things are")[1].split("```")[1]
    above = ROOT
    for line in tree.splitlines():
        names = re.findall(r"(?:^|\s)([a-z_]+/)(?=\s|$)", line)
        if names and not line.startswith(" "):
            above = ROOT / names.pop(0)
            assert above.is_dir(), line
        for name in names:
            assert (above / name).is_dir(), line


def test_every_setting_is_in_the_example_and_nothing_else() -> None:
    source = text("runacall/settings.py")
    read = set(re.findall(r'env\.\w+\(\s*"([A-Z_]+)"', source))
    example = set(re.findall(r"^(?:# )?([A-Z_]+)=", text(".env.example"), re.MULTILINE))
    assert example == read


def test_defaults_in_the_example_are_those_of_the_settings() -> None:
    source = text("runacall/settings.py")
    for name, shown in re.findall(r"^# ((?:SYNC|Q)_[A-Z_]+)=(.+)$", text(".env.example"), re.MULTILINE):
        [default] = re.findall(rf'env\.\w+\("{name}", ([^)\n]+?)(?:, subcast=\w+)?\)', source)
        assert default.strip('"[]').replace(" ", "") == shown, name


def test_the_example_can_be_read(tmp_path: Path) -> None:
    copy = tmp_path / ".env"
    copy.write_text(text(".env.example"))
    assert Env().read_env(str(copy), override=False) is not False


def test_every_state_is_in_the_vocabulary() -> None:
    vocabulary = text("docs/vocabulary.md")
    for state in State:
        assert f"| {state.label} |" in vocabulary, state


def test_no_two_decisions_have_one_number() -> None:
    numbers = [record.name[:4] for record in (ROOT / "docs" / "decisions").glob("*.md")]
    assert len(numbers) > 20
    assert len(set(numbers)) == len(numbers), sorted(numbers)


def test_decisions_have_their_three_parts() -> None:
    for record in sorted((ROOT / "docs" / "decisions").glob("*.md")):
        said = record.read_text()
        for part in ("## Context", "## Decision", "## Consequence"):
            assert part in said, record.name


def test_every_requirement_is_pinned_and_says_what_it_is_for() -> None:
    for name in ("requirements.txt", "requirements-dev.txt"):
        for line in text(name).splitlines():
            if line.strip() and not line.startswith(("#", "-r ")):
                assert re.match(r"[\w.\[\]-]+==[\w.]+\s+# \S", line), line
