"""Static files as production serves them: named by content, compressed, with fonts reduced to what the pages use.

Unfold has 290 kB of icons and 115 kB for each weight of Inter, which cannot be compressed further, and
a 200 kB chart library. `collectstatic` reduces them while copying, so a new icon in a template needs only
the next deployment.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import brotli
import unfold
from django.contrib import admin
from django.core.files.base import ContentFile, File
from whitenoise.compress import Compressor
from whitenoise.storage import CompressedManifestStaticFilesStorage

ROOT = Path(__file__).resolve().parents[1]
OF_UNFOLD, OF_ADMIN = Path(unfold.__file__).parent, Path(admin.__file__).parent
ICONS = "unfold/fonts/material-symbols/Material-Symbols-Outlined.woff2"
# Libraries that none of our pages use: Unfold's charts, rows that are dragged into another order, and the regular
# expressions for the admin's slugs.
UNUSED = (
    "unfold/js/alpine/alpine.sort.js",
    "unfold/js/chart/chart.js",
    "admin/js/vendor/xregexp/xregexp.js",
    "admin/js/vendor/xregexp/xregexp.min.js",
)
# Unfold asks for the long version of a library that Django has in a short one too.
SHORT = {"admin/js/vendor/select2/select2.full.js": "admin/js/vendor/select2/select2.full.min.js"}
HASH = re.compile(r"\.[0-9a-f]{12}(?=\.\w+$)")
TEXT = re.compile(r"unfold/fonts/inter/Inter-\w+\.woff2")
# Latin with its accents, punctuation, plain arrows, signs of money and of mathematics. Other scripts use the
# system's font.
LETTERS = (*range(0x20, 0x180), *range(0x2000, 0x2070), *range(0x20A0, 0x20C0), 0x2122, *range(0x2190, 0x219A), 0x2212)
SHAPES = (0x25B2, 0x25B4, 0x25BC, 0x25BE, 0xFFFD)


class QuickCompressor(Compressor):
    """Brotli at the quality after which it takes ten times as long for a few percent."""

    @staticmethod
    def compress_brotli(data: bytes) -> bytes:
        return bytes(brotli.compress(data, quality=9))


class LeanStaticFiles(CompressedManifestStaticFilesStorage):
    """`collectstatic` with content-based names, gzip and Brotli versions of each file, and reduced fonts."""

    def _save(self, name: str, content: File[bytes]) -> str:
        # Django makes the hashed copy from the source, not from the file saved before.
        lean = lean_version(HASH.sub("", name))
        return str(super()._save(name, content if lean is None else ContentFile(lean)))

    def create_compressor(self, **options: object) -> Compressor:
        return QuickCompressor(**options)

    def file_hash(self, name: str | None, content: File[bytes] | None = None) -> str | None:
        """The hash of the saved file: a new icon must change the name, or browsers would keep the old font."""
        lean = lean_version(name)
        found: str | None = super().file_hash(name, content if lean is None else ContentFile(lean))
        return found


_made: dict[str, bytes] = {}


def lean_version(name: str | None) -> bytes | None:
    """What is served instead of the file `name`; None if it is the file itself.

    A font is always cut from Unfold's own: the copy that an earlier `collectstatic` left has only that time's icons.
    """
    if name is None or (name not in (*UNUSED, *SHORT, ICONS) and not TEXT.fullmatch(name)):
        return None
    if name not in _made:
        if name in UNUSED:
            _made[name] = b"// No page of ours calls it.\n"
        elif name in SHORT:
            _made[name] = (OF_ADMIN / "static" / SHORT[name]).read_bytes()
        else:
            font = (OF_UNFOLD / "static" / name).read_bytes()
            _made[name] = icons_only(font, words_in_use()) if name == ICONS else letters_only(font)
    return _made[name]


@cache
def words_in_use() -> frozenset[str]:
    """Every word in our templates and code and in Unfold's; this includes the names of all icons on our pages."""
    sources: list[Iterable[Path]] = [
        (OF_UNFOLD / "templates").rglob("*.html"),
        (OF_UNFOLD / "static" / "unfold" / "js").glob("*.js"),
        OF_UNFOLD.rglob("*.py"),
        (ROOT / "templates").rglob("*.html"),
        # Icons that only a style sheet names, such as those of the date fields.
        (OF_UNFOLD / "static" / "unfold" / "css").glob("*.css"),
        (ROOT / "static" / "runacall").glob("*.[cj]s*"),
        *((ROOT / app).rglob("*.py") for app in ("runacall", "qbo", "sync")),
    ]
    return frozenset(
        word for files in sources for file in files for word in re.findall(r"\w+", file.read_text(encoding="utf-8"))
    )


def icons_only(font: bytes, names: frozenset[str]) -> bytes:
    """A font of icons (each drawn for the letters of its name) with only those in `names`."""
    made, options = _opened(font)
    letters = {glyph: chr(code) for code, glyph in made.getBestCmap().items()}
    for ligatures in _ligatures(made):
        for first, found in list(ligatures.items()):
            kept = [one for one in found if "".join(letters.get(g, "") for g in (first, *one.Component)) in names]
            if kept:
                ligatures[first] = kept
            else:
                del ligatures[first]
    icons = {one.LigGlyph for ligatures in _ligatures(made) for found in ligatures.values() for one in found}
    return _cut(made, options, unicodes=[*range(0x30, 0x3A), *range(0x61, 0x7B), 0x5F], glyphs=icons)


def letters_only(font: bytes) -> bytes:
    """A text font with only the letters of Western languages."""
    made, options = _opened(font)
    return _cut(made, options, unicodes=[*LETTERS, *SHAPES], glyphs=())


def _ligatures(font: Any) -> Iterator[dict[str, list[Any]]]:
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            ligatures = getattr(getattr(table, "ExtSubTable", table), "ligatures", None)
            if ligatures is not None:
                yield ligatures


def _opened(font: bytes) -> tuple[Any, Any]:
    from fontTools import subset
    from fontTools.ttLib import TTFont

    options = subset.Options()
    options.flavor = "woff2"
    # Without "calt", with which Inter turns -> into an arrow: an eighth of the file.
    options.layout_features = ["kern", "liga", "rlig", "ccmp", "locl", "mark", "mkmk", "tnum"]
    options.drop_tables += ["FFTM"]
    # The same on every host: the time of making is no part of it, or each would give the file another name.
    return TTFont(BytesIO(font), recalcTimestamp=False), options


def _cut(font: Any, options: Any, *, unicodes: Iterable[int], glyphs: Iterable[str]) -> bytes:
    from fontTools import subset

    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=unicodes, glyphs=glyphs)
    subsetter.subset(font)
    font.flavor = "woff2"
    written = BytesIO()
    font.save(written)
    return written.getvalue()
