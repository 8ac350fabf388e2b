"""Fonts are cut down to what the pages use, and get another name when that changes."""

from __future__ import annotations

import json
import re
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import unfold
from django.core.files.base import ContentFile
from django.core.management import call_command
from fontTools.ttLib import TTFont

from runacall import static_files
from runacall.static_files import ICONS, LeanStaticFiles, icons_only, lean_version

OTHERS = ["Inter-*", "*.js", "*.css", "*.svg", "*.png", "*.txt", "*.map", "*.html"]
STATIC = Path(unfold.__file__).parent / "static"


@pytest.fixture
def font(monkeypatch: pytest.MonkeyPatch) -> bytes:
    monkeypatch.setattr(static_files, "_made", {})
    return (STATIC / ICONS).read_bytes()


def icons_of(font: bytes) -> set[str]:
    made = TTFont(BytesIO(font))
    letters = {glyph: chr(code) for code, glyph in made.getBestCmap().items()}
    return {
        "".join(letters[glyph] for glyph in (first, *one.Component))
        for ligatures in static_files._ligatures(made)
        for first, found in ligatures.items()
        for one in found
    }


def test_a_font_has_the_icons_that_are_named_and_no_others(font: bytes) -> None:
    cut = icons_only(font, frozenset({"sync", "receipt_long", "no_such_icon"}))
    assert icons_of(cut) == {"sync", "receipt_long"}
    assert len(cut) < len(font) / 20


def test_the_icons_of_the_menu_are_kept(font: bytes, settings: Any) -> None:
    named = {item["icon"] for group in settings.UNFOLD["SIDEBAR"]["navigation"] for item in group["items"]}
    assert named <= icons_of(lean_version(ICONS) or b"")


def test_icons_that_only_a_style_sheet_names_are_kept(font: bytes) -> None:
    """Without them a date field shows the letters "calendar_"."""
    style = (STATIC / "unfold/css/styles.css").read_text()
    named = set(re.findall(r'content:"([a-z_]+)"', style)) & icons_of(font)
    assert {"calendar_today", "schedule"} <= named
    assert named <= icons_of(lean_version(ICONS) or b"")


@pytest.mark.slow
def test_another_icon_makes_another_name(font: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Browsers keep a file with a hash in its name for ever."""
    storage = LeanStaticFiles(location=tmp_path, base_url="/static/")

    def name_with(*icons: str) -> str | None:
        monkeypatch.setattr(static_files, "_made", {})
        monkeypatch.setattr(static_files, "words_in_use", lambda: frozenset(icons))
        return storage.file_hash(ICONS, ContentFile(font))

    assert name_with("sync") == name_with("sync"), "on every host and at any time"
    assert name_with("sync") != name_with("sync", "home")


@pytest.mark.slow
def test_a_later_deployment_brings_the_icons_of_its_own(
    font: bytes, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> None:
    """Into the folder that an earlier one has filled, as on a host that is upgraded in place."""
    settings.STATIC_ROOT = tmp_path
    backend = {"BACKEND": "runacall.static_files.LeanStaticFiles"}
    settings.STORAGES = {**settings.STORAGES, "staticfiles": backend}
    for icons in ({"sync"}, {"sync", "home"}):
        monkeypatch.setattr(static_files, "_made", {})
        monkeypatch.setattr(static_files, "words_in_use", lambda icons=icons: frozenset(icons))
        # The one font: packing all other files takes ten seconds and says nothing of icons.
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=OTHERS)
        served = json.loads((tmp_path / "staticfiles.json").read_text())["paths"][ICONS]
        assert icons_of((tmp_path / served).read_bytes()) == icons
