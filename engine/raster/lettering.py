"""Words and numbers in pictures, as strokes: no font has to be there."""

import numpy as np
from numpy.typing import NDArray

# Each letter as strokes: points (x, y) of one digit each, y down; small letters lie between 2 and 6.
_LETTERS = {
    "0": ("102031352616050110",),
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
    "c": ("321203051636",),
    "d": ("3036", "3322120305162635"),
    "e": ("043433221203051636",),
    "f": ("30201116", "0232"),
    "g": ("32372808", "3322120305162635"),
    "h": ("0006", "0312223336"),
    "i": ("0206", "0000"),
    "l": ("0006",),
    "m": ("0206", "03122326", "23324346"),
    "n": ("0206", "0312223336"),
    "s": ("3212031424352606",),
    "t": ("10152636", "0232"),
}
_LETTER_GAP = 2.0


def write_word(word: str, left: float, top: float) -> tuple[list[NDArray[np.float64]], float]:
    """Place the strokes of a word.

    Args:
        word: Digits and those small letters that are needed somewhere.
        left: Where it begins, in units of the letters, which are 3 or 4 wide.
        top: Where capitals begin; they are 6 high.

    Returns:
        The strokes, (N, 2) x, y each, and where the next word would begin without a gap.
    """
    strokes = []
    for letter in word:
        placed = [
            np.array([(int(x), int(y)) for x, y in zip(stroke[::2], stroke[1::2], strict=True)], dtype=float)
            for stroke in _LETTERS[letter]
        ]
        strokes += [np.add(stroke, (left, top)) for stroke in placed]
        left += max(float(stroke[:, 0].max()) for stroke in placed) + _LETTER_GAP
    return strokes, left
