"""Words and numbers in pictures, as strokes: no font has to be there."""

import unicodedata

import numpy as np
from numpy.typing import NDArray

# Each letter as strokes: points (x, y) of one digit each, y down; small letters lie between 2 and 6.
_BOWL = "3322120305162635"
_ROUND = "102031352616050110"
_LETTERS = {
    "0": (_ROUND,),
    "1": ("011016",),
    "2": ("01102031320636",),
    "3": ("0110203132233435261605",),
    "4": ("26200434",),
    "5": ("300003233435261605",),
    "6": ("2010010516263534231304",),
    "7": ("003016",),
    "8": ("102031322313020110", "132334352616050413"),
    "9": ("1626353120100102132332",),
    "a": ("0222333616051434",),
    "b": ("0006", "0312223335261605"),
    "c": ("321203051636",),
    "d": ("3036", _BOWL),
    "e": ("043433221203051636",),
    "f": ("30201116", "0232"),
    "g": ("32372808", _BOWL),
    "h": ("0006", "0312223336"),
    "i": ("0206", "0000"),
    "j": ("121708", "1010"),
    "k": ("0006", "320436"),
    "l": ("0006",),
    "m": ("0206", "03122326", "23324346"),
    "n": ("0206", "0312223336"),
    "o": ("122233352616050312",),
    "p": ("0208", "0312223335261605"),
    "q": ("3238", _BOWL),
    "r": ("0206", "031222"),
    "s": ("3212031424352606",),
    "t": ("10152636", "0232"),
    "u": ("0205162635", "3236"),
    "v": ("022642",),
    "w": ("0216233642",),
    "x": ("0236", "3206"),
    "y": ("0226", "4218"),
    "z": ("02320636",),
    "A": ("062046", "1434"),
    "B": ("0006", "002031322303", "2334352606"),
    "C": ("3120100105162635",),
    "D": ("0006", "002031352606"),
    "E": ("30000636", "0323"),
    "F": ("300006", "0323"),
    "G": ("31201001051626353323",),
    "H": ("0006", "3036", "0333"),
    "I": ("0006",),
    "J": ("3035261605",),
    "K": ("0006", "300336"),
    "L": ("000636",),
    "M": ("0600234046",),
    "N": ("06003630",),
    "O": (_ROUND,),
    "P": ("0006", "002031322303"),
    "Q": (_ROUND, "2436"),
    "R": ("0006", "002031322303", "1336"),
    "S": ("312010010213233435261605",),
    "T": ("0040", "2026"),
    "U": ("000516263530",),
    "V": ("002640",),
    "W": ("0016233640",),
    "X": ("0036", "3006"),
    "Y": ("002340", "2326"),
    "Z": ("00300636",),
    " ": (),
    ".": ("0606",),
    ",": ("0607",),
    ":": ("0303", "0606"),
    ";": ("0303", "0607"),
    "-": ("0424",),
    "–": ("0434",),
    "−": ("0434",),
    "+": ("0444", "2226"),
    "_": ("0737",),
    "%": ("4006", "0010110100", "3545463635"),
    "°": ("0010110100",),
    "²": ("0010110212",),
    "=": ("0333", "0535"),
    "(": ("10020517",),
    ")": ("00121507",),
    "/": ("3006",),
    "<": ("320436",),
    ">": ("023406",),
    "±": ("0343", "2125", "0646"),
    "×": ("0335", "3305"),
    "?": ("01102031322324", "2626"),
}
_LETTER_GAP = 2.0
_SPACE = 2.0


def _known(letter: str) -> str:
    """Return the letter that is drawn for one: without its accents, or a question mark."""
    plain = letter if letter in _LETTERS else unicodedata.normalize("NFKD", letter)[:1]
    return plain if plain in _LETTERS else "?"


def write_word(word: str, left: float, top: float) -> tuple[list[NDArray[np.float64]], float]:
    """Place the strokes of a word, or of several.

    Args:
        word: Letters that are not known lose their accents, or become question marks.
        left: Where it begins, in units of the letters, which are 3 or 4 wide.
        top: Where capitals begin; they are 6 high.

    Returns:
        The strokes, (N, 2) x, y each, and where the next word would begin without a gap.
    """
    strokes: list[NDArray[np.float64]] = []
    for letter in word:
        placed = [
            np.array([(int(x), int(y)) for x, y in zip(stroke[::2], stroke[1::2], strict=True)], dtype=float)
            for stroke in _LETTERS[_known(letter)]
        ]
        strokes += [np.add(stroke, (left, top)) for stroke in placed]
        left += max((float(stroke[:, 0].max()) for stroke in placed), default=_SPACE) + _LETTER_GAP
    return strokes, left


def word_width(word: str) -> float:
    """Return the width of a word, in units of the letters."""
    return write_word(word, 0.0, 0.0)[1] - _LETTER_GAP if word else 0.0
