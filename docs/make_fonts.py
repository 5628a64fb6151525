"""Make the typeface of figures and reports, "Kzsim Sans", out of Noto Sans and Noto Sans CJK.

    sudo apt-get install fonts-noto-core fonts-noto-cjk
    .venv/bin/python docs/make_fonts.py

Two files, regular and bold, in ``sim/kzsim/language/fonts``: Latin, Cyrillic with the letters of Kazakh, and
of Chinese the characters that the catalogues and the evidence really use. Run it again when a new Chinese
text brings new characters; a test says so. The same input gives the same bytes.
"""

from __future__ import annotations

import argparse
import io
import sys
import unicodedata
from pathlib import Path

from fontTools.fontBuilder import FontBuilder
from fontTools.merge import Merger
from fontTools.pens.cu2quPen import Cu2QuPen
from fontTools.pens.ttGlyphPen import TTGlyphPen
from fontTools.subset import Options, Subsetter
from fontTools.ttLib import TTCollection, TTFont

from kzsim.evidence.reader import packaged
from kzsim.language.typeface import FAMILY

FOLDER = Path(__file__).resolve().parents[1] / "sim" / "kzsim" / "language"
NOTO = Path("/usr/share/fonts/truetype/noto")
CJK = Path("/usr/share/fonts/opentype/noto")
SIMPLIFIED = "Noto Sans CJK SC"
WEIGHTS = {"Regular": 400, "Bold": 700}
SEED_TIME = (
    3_800_000_000  # seconds since 1904: one fixed instant, so that the bytes depend on the glyphs alone
)

RANGES = (
    (0x20, 0x7E),  # Basic Latin
    (0xA0, 0x17F),  # Latin-1 and Latin Extended-A: names of authors and places in sources
    (0x400, 0x4FF),  # Cyrillic, with the letters of Kazakh
    (0x2010, 0x2027),  # dashes, quotes, bullets
    (0x202F, 0x203A),
)
SINGLE = (
    "\u20ac\u20b8\u2116\u2122\u2190\u2191\u2192\u2193\u2212\u2248\u2264\u2265\u25a0\u25b2\u25bc\u25cf\u25c6"
)
OF_CHINESE = (
    "\u3000\u3001\u3002\u300a\u300b\u3010\u3011\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff05\uff5e\u2103"
)


def main() -> None:
    """Write both weights and say how large they are."""
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument(
        "--noto", type=Path, default=NOTO, help="folder with NotoSans-Regular.ttf and -Bold.ttf"
    )
    options.add_argument(
        "--cjk", type=Path, default=CJK, help="folder with NotoSansCJK-Regular.ttc and -Bold.ttc"
    )
    given = options.parse_args()
    for name, weight in WEIGHTS.items():
        latin = TTFont(given.noto / f"NotoSans-{name}.ttf", recalcTimestamp=False)
        wanted = characters()
        subset(latin, wanted & set(latin.getBestCmap()))
        chinese = simplified(given.cjk / f"NotoSansCJK-{name}.ttc")
        rest = wanted - set(latin.getBestCmap())
        missing = rest - set(chinese.getBestCmap())
        subset(chinese, rest - missing)
        said = "".join(sorted(chr(code) for code in missing if unicodedata.category(chr(code)) != "Cn"))
        font = merged(latin, outlined(chinese))
        called(font, name, weight)
        file = FOLDER / "fonts" / f"KzsimSans-{name}.ttf"
        font.save(file)
        print(
            f"{file.name}: {len(font.getBestCmap())} characters, {file.stat().st_size:,} bytes",
            file=sys.stderr,
        )
        if said:
            print(f"  in neither font: {said}", file=sys.stderr)


def characters() -> set[int]:
    """The code points of the ranges, of every catalogue and of every name in the evidence."""
    texts = [file.read_text(encoding="utf-8") for file in sorted((FOLDER / "catalogues").glob("*.po"))]
    texts.append((packaged() / "crossings.yaml").read_text(encoding="utf-8"))
    texts.append((FOLDER / "numerals.py").read_text(encoding="utf-8"))
    texts += [SINGLE, OF_CHINESE]
    found = {ord(mark) for text in texts for mark in text if mark.isprintable()}
    return found | {code for first, last in RANGES for code in range(first, last + 1)}


def subset(font: TTFont, codes: set[int]) -> None:
    """Leave only these characters, kerning and no hints."""
    options = Options()
    options.layout_features = ["kern", "mark", "mkmk", "ccmp"]
    options.hinting = False
    options.glyph_names = False
    options.notdef_outline = True
    options.drop_tables += ["DSIG", "STAT", "vhea", "vmtx", "VORG", "BASE", "meta"]
    work = Subsetter(options)
    work.populate(unicodes=codes)
    work.subset(font)


def simplified(file: Path) -> TTFont:
    """The face of the collection with the Chinese forms of simplified script."""
    for face in TTCollection(file).fonts:
        if face["name"].getDebugName(1) == SIMPLIFIED or face["name"].getDebugName(16) == SIMPLIFIED:
            return face
    raise SystemExit(f"{file}: holds no {SIMPLIFIED!r}; is it fonts-noto-cjk of Debian?")


def outlined(font: TTFont) -> TTFont:
    """The same characters with quadratic outlines, as the other font has them; layout tables left behind."""
    glyphs, metrics, drawn = font.getGlyphSet(), {}, {}
    order = font.getGlyphOrder()
    for name in order:
        pen = TTGlyphPen(None)
        glyphs[name].draw(Cu2QuPen(pen, max_err=3.0, reverse_direction=True))
        drawn[name] = pen.glyph()
        metrics[name] = (glyphs[name].width, 0)
    names = {name: (".notdef" if name == ".notdef" else f"zh{number}") for number, name in enumerate(order)}
    made = FontBuilder(font["head"].unitsPerEm, isTTF=True)
    made.setupGlyphOrder([names[name] for name in order])
    made.setupCharacterMap({code: names[name] for code, name in font.getBestCmap().items()})
    made.setupGlyf({names[name]: glyph for name, glyph in drawn.items()})
    table = made.font["glyf"]
    made.setupHorizontalMetrics(
        {names[name]: (width, getattr(table[names[name]], "xMin", 0)) for name, (width, _) in metrics.items()}
    )
    made.setupHorizontalHeader(ascent=font["hhea"].ascent, descent=font["hhea"].descent)
    made.setupNameTable({"familyName": FAMILY, "styleName": "Regular"})
    made.setupOS2()
    made.setupPost()
    return made.font


def merged(latin: TTFont, chinese: TTFont) -> TTFont:
    """One font; line height and everything else of the first."""
    kept = {name: latin[name] for name in ("hhea", "OS/2", "head", "post")}
    lines = {
        table: {field: getattr(kept[table], field) for field in fields}
        for table, fields in {
            "hhea": ("ascent", "descent", "lineGap"),
            "OS/2": ("sTypoAscender", "sTypoDescender", "sTypoLineGap", "usWinAscent", "usWinDescent",
                     "sxHeight", "sCapHeight", "fsSelection", "xAvgCharWidth"),
            "post": ("underlinePosition", "underlineThickness"),
        }.items()
    }  # fmt: skip
    files = []
    for font in (latin, chinese):
        buffer = io.BytesIO()
        font.save(buffer)
        buffer.seek(0)
        files.append(buffer)
    font = Merger().merge(files)
    for table, fields in lines.items():
        for field, value in fields.items():
            setattr(font[table], field, value)
    return font


def called(font: TTFont, style: str, weight: int) -> None:
    """Give the font its own name and a fixed date, and keep the licence and the copyrights."""
    names = font["name"]
    names.names = []
    for number, text in {
        0: "Copyright 2015-2021 Google LLC. Copyright 2014-2021 Adobe (www.adobe.com). A renamed subset.",
        1: FAMILY,
        2: style,
        3: f"{FAMILY} {style}",
        4: f"{FAMILY} {style}",
        5: "Version 1.000",
        6: f"{FAMILY.replace(' ', '')}-{style}",
        13: "This Font Software is licensed under the SIL Open Font License, Version 1.1.",
        14: "https://openfontlicense.org",
    }.items():
        names.setName(text, number, 3, 1, 0x409)
    font["OS/2"].usWeightClass = weight
    font["OS/2"].fsSelection = 0x20 if style == "Bold" else 0x40
    font["head"].macStyle = 1 if style == "Bold" else 0
    font["head"].created = font["head"].modified = SEED_TIME
    font.recalcTimestamp = False


if __name__ == "__main__":
    main()
