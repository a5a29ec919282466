"""The width of text, without a browser.

Widths are those of DejaVu Sans, the widest of the fonts a reader is likely to have, in hundredths
of the font size; text that fits in it fits in the others.
"""

_REGULAR = {
    30: "'IJijl", 35: " ,./:;\\f|·", 40: "!()-[]t", 45: "r", 50: '"*_`', 55: "?csz", 60: "FLPkvxy",
    65: "0123456789$ESTYabdeghnopqu{}", 70: "ABCKRVXZ", 75: "HNU", 80: "&DGOQ",
    85: "#+<=>^w~→±≥", 90: "M", 95: "%", 100: "@Wm…",
}  # fmt: skip
_BOLD = {
    35: " 'ijl", 40: ",./:;IJ\\|·", 45: "-f", 50: "!()[]_`rt", 55: '"*', 60: "?csz", 65: "Lvxy",
    70: "0123456789$EFTaeko", 75: "CPSYZbdghnpqu{}", 80: "ABKRVX", 85: "#+<=>DGHNOQU^~→±≥",
    90: "&", 95: "w", 100: "%@M…", 105: "m", 110: "W",
}  # fmt: skip
_WIDTHS = {
    bold: {letter: width for width, letters in table.items() for letter in letters}
    for bold, table in ((False, _REGULAR), (True, _BOLD))
}


def width(text: str, size: float, *, bold: bool = False) -> float:
    """Pixels that a line of text takes at a font size in pixels."""
    widths = _WIDTHS[bold]
    return sum(widths.get(letter, 100) for letter in text) * size / 100
