"""Prices in words, English and German: sentence pairs that a rule makes, without any download.

``"thirty-four euros and seven cents"`` and ``"vierunddreißig Euro und sieben Cent"``. Little is
needed to learn them, and yet something to attend to: where English says "thirty-four", German
says "four and thirty", in one word.
"""

from __future__ import annotations

from functools import lru_cache
from itertools import product

from nasedu.data.pairs import PARTS, SPACE, SPECIAL, PairData, SentencePairs, Sentences
from nasedu.data.pydocs import part_of

NAME = "prices"
BELOW = 100  # euros, and cents
ENGLISH = (
    *("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten"),
    *("eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen"),
    *("eighteen", "nineteen"),
)
TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
GERMAN = (
    *("null", "ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun"),
    *("zehn", "elf", "zwölf"),
)
GERMAN_TENS = tuple(
    f"{ten}ig" for ten in ("zwanz", "dreiß", "vierz", "fünfz", "sechz", "siebz", "achtz", "neunz")
)


@lru_cache(maxsize=1)
def prices() -> PairData:
    """Return the prices from nothing to 99 euros and 99 cents; a hash decides what is held out."""
    sides: dict[str, tuple[list[list[str]], list[list[str]]]] = {p: ([], []) for p in PARTS}
    for euros, cents in product(range(BELOW), repeat=2):
        source, target = sides[part_of((str(euros), str(cents)))]
        source.append(in_english(euros, cents))
        target.append(in_german(euros, cents))
    every = [sentence for part in sides.values() for side in part for sentence in side]
    subwords = (*SPECIAL, *sorted({piece for sentence in every for piece in sentence}))
    place = {piece: token for token, piece in enumerate(subwords)}
    parts = {}
    for part, both in sides.items():
        source, target = (
            Sentences.of([place[piece] for piece in row] for row in side) for side in both
        )
        said = ("".join(row).replace(SPACE, " ").strip() for row in both[1])
        parts[part] = SentencePairs(source, target, tuple(said))
    return PairData(NAME, "Prices in words", ("en", "de"), subwords, **parts)


def in_english(euros: int, cents: int) -> list[str]:
    """Return the pieces of e.g. ``"two euros and thirty-four cents"``."""
    units = (SPACE + unit + "s" * (n != 1) for n, unit in ((euros, "euro"), (cents, "cent")))
    return [*english(euros), next(units), SPACE + "and", *english(cents), next(units)]


def in_german(euros: int, cents: int) -> list[str]:
    """Return the pieces of e.g. ``"zwei Euro und vierunddreißig Cent"``."""
    return [*german(euros), SPACE + "Euro", SPACE + "und", *german(cents), SPACE + "Cent"]


def english(number: int) -> list[str]:
    """Return e.g. ``["▁thirty", "-", "four"]``."""
    if number < 20:
        return [SPACE + ENGLISH[number]]
    one = ["-", ENGLISH[number % 10]] if number % 10 else []
    return [SPACE + TENS[number // 10 - 2], *one]


def german(number: int) -> list[str]:
    """Return e.g. ``["▁", "vier", "und", "dreißig"]``: one word."""
    tens, one = divmod(number, 10)
    if number < len(GERMAN):
        return [SPACE, GERMAN[number]]
    if number < 20:
        return [SPACE, {6: "sech", 7: "sieb"}.get(one, GERMAN[one]), "zehn"]
    return [SPACE, *([GERMAN[one], "und"] if one else []), GERMAN_TENS[tens - 2]]
