"""Make InnosimSansSC-Regular.otf from Noto Sans SC; needs the project's `dev` group (fontTools, pylopdf-fonts-zh-cn).

    python sim/report/fonts/make_subset.py

A figure needs Chinese type wherever it is drawn, and most machines have none that Matplotlib finds. The whole font is
8 MB; GB 2312 (the characters of ordinary Chinese print) is 1.5 MB. The licence asks that a changed font does not carry
a reserved name, hence the name of its own. The result is the same bytes every time: no time stamp is renewed.
"""

from __future__ import annotations

from pathlib import Path

FAMILY = "Innosim Sans SC"
POSTSCRIPT = "InnosimSansSC-Regular"
TARGET = Path(__file__).with_name(f"{POSTSCRIPT}.otf")

# Outside GB 2312 but wanted: one character of the policy documents (勠力同心), true minus, dashes, arrows, comparison
# signs and marks of reports, Latin-1 for names of foreign partners.
EXTRA = "勠" + "–—‑‒−·•…‘’“”‹›«»→←↑↓⇒≤≥≈≠±×÷√∞‰⁴✓⚠█■□▲△▼▽◆◇○●〓€¥￥" + "".join(map(chr, range(0xA0, 0x100)))


def characters() -> set[str]:
    """ASCII, GB 2312 (every two-byte code that the codec knows) and EXTRA."""
    wanted = {chr(code) for code in range(0x20, 0x7F)} | set(EXTRA)
    for row in range(0xA1, 0xF8):
        wanted.update(bytes([row, cell]).decode("gb2312", "ignore") for cell in range(0xA1, 0xFF))
    wanted.discard("")
    return wanted


def rename(font) -> None:
    """Give the font its own name everywhere a program may read it; copyright and licence records stay."""
    own = {1: FAMILY, 2: "Regular", 3: f"2.004;{POSTSCRIPT}", 4: FAMILY, 6: POSTSCRIPT}
    keep = {0, 5, 8, 9, 10, 13, 14}
    table = font["name"]
    table.names = [record for record in table.names if record.nameID in keep]
    for number, text in own.items():
        table.setName(text, number, 3, 1, 0x409)
    compact = font["CFF "].cff
    compact.fontNames = [POSTSCRIPT]
    top = compact.topDictIndex[0]
    top.FullName, top.FamilyName = FAMILY, FAMILY
    for index, part in enumerate(top.FDArray):
        part.FontName = f"{POSTSCRIPT}-{index}"


def make(target: Path = TARGET) -> Path:
    import pylopdf_fonts_zh_cn
    from fontTools import subset
    from fontTools.ttLib import TTFont

    source = Path(pylopdf_fonts_zh_cn.__file__).with_name("NotoSansSC-Regular.otf")
    options = subset.Options()
    options.hinting = False
    options.layout_features = []
    options.name_IDs = ["*"]
    options.notdef_outline = True
    options.drop_tables += ["vhea", "vmtx", "VORG", "DSIG", "BASE", "GPOS", "GSUB", "GDEF"]
    font = TTFont(source, recalcTimestamp=False)
    cutter = subset.Subsetter(options)
    cutter.populate(text="".join(sorted(characters())))
    cutter.subset(font)
    rename(font)
    font.save(target)
    return target


if __name__ == "__main__":
    made = make()
    print(f"{made.name}: {made.stat().st_size / 1e6:.2f} MB")
