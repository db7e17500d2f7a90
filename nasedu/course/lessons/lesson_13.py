"""Lesson 13: does it transfer?"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import count
from math import ceil, exp, floor, log, log2, sqrt

from nasedu.course.exercise import exercise


@exercise(
    (64.0, 100, 2.0, 50),
    (200.0, 5000, 8.0, 1000),
    (30.0, 12, 90.0, 5),
    (10.0, 8, 10.0, 3),
    mistakes={
        "Perplexities do not add up along a text, but bits do: take those of the part from those "
        "of the whole.": lambda p, n, q, m: (n * p - m * q) / (n - m),
        "Those are bits per word; the perplexity is 2 to the power of them.": (
            lambda p, n, q, m: (n * log2(p) - m * log2(q)) / (n - m)
        ),
        "Those are nats, natural logarithms, per word; the perplexity is e to the power of them.": (
            lambda p, n, q, m: (n * log(p) - m * log(q)) / (n - m)
        ),
        "Two logarithms were mixed: `2 **` belongs to `log2`, `exp` to `log`.": (
            lambda p, n, q, m: 2 ** ((n * log(p) - m * log(q)) / (n - m))
        ),
        "Two logarithms were mixed: `exp` belongs to `log`, `2 **` to `log2`.": (
            lambda p, n, q, m: exp((n * log2(p) - m * log2(q)) / (n - m))
        ),
        "The bits that are left belong to fewer words: divide by how many are left.": (
            lambda p, n, q, m: 2 ** ((n * log2(p) - m * log2(q)) / n)
        ),
        "That adds the bits of the part; the rest costs what the part does not.": (
            lambda p, n, q, m: 2 ** ((n * log2(p) + m * log2(q)) / (n + m))
        ),
        "That takes the bits of one word from those of one word. The part has fewer words than "
        "the whole: take all of its bits from all bits.": lambda p, n, q, m: p / q,
        "That shares out the perplexity of the whole among fewer words; share out its bits.": (
            lambda p, n, q, m: p * n / (n - m)
        ),
        "That is as if the part cost no bits at all; take its bits away, too.": (
            lambda p, n, q, m: 2 ** (n * log2(p) / (n - m))
        ),
        "That is the perplexity of the whole; the rest has another one.": lambda p, n, q, m: p,
        "The bits of all words that are left are not asked for; divide them by the words, and "
        "turn them into a perplexity.": lambda p, n, q, m: n * log2(p) - m * log2(q),
    },
)
def perplexity_of_rest(whole, num_words, part, num_part):
    """Return the perplexity per word of those words of a text that
    are not in a part of it.

    Args:
        whole: Perplexity per word of the whole text.
        num_words: Words of the whole text.
        part: Perplexity per word of the part alone.
        num_part: Words of the part, fewer than those of the whole.
    """
    # bits add up along a text: what the part did not pay, the rest
    # did
    bits = num_words * log2(whole) - num_part * log2(part)
    return 2 ** (bits / (num_words - num_part))


def _first(enough: Callable[[int], bool]) -> int:
    return next(k for k in count(1) if enough(k))


def _exact(again: float, wanted: float) -> float:
    return wanted * (1 - again) / (again * (1 - wanted))


@exercise(
    (0.79, 0.95),
    (0.5, 0.75),
    (0.95, 0.9),
    (0.3, 0.85),
    (0.8, 0.9),
    (0.6, 0.98),
    mistakes={
        "The luck of a mean falls with the root of k, but that is its *spread*; its variance "
        "falls with k.": lambda r, w: _first(lambda k: r / (r + (1 - r) / sqrt(k)) >= w),
        "The luck falls to a k-th, and the whole variance with it: divide merit by merit and "
        "what is left of luck.": lambda r, w: _first(lambda k: 1 - (1 - r) / k >= w),
        "`again` is a share of the variance already; do not square it.": (
            lambda r, w: _first(lambda k: r**2 / (r**2 + (1 - r**2) / k) >= w)
        ),
        "That is how well the mean agrees with merit itself. Both means have luck in them.": (
            lambda r, w: _first(lambda k: sqrt(r / (r + (1 - r) / k)) >= w)
        ),
        "That is the chance that one of k succeeds; here k trainings are averaged.": (
            lambda r, w: _first(lambda k: 1 - (1 - r) ** k >= w)
        ),
        "A correlation does not grow in proportion; with it, it would soon be above 1.": (
            lambda r, w: ceil(w / r)
        ),
        "That is one too many: return the first k that is enough.": (
            lambda r, w: ceil(_exact(r, w)) + 1
        ),
        "That is one too few: `wanted` is not reached yet.": (lambda r, w: ceil(_exact(r, w)) - 1),
        "That is rounded down, and then it is not enough: round up.": (
            lambda r, w: floor(_exact(r, w))
        ),
        "That is rounded to the nearest, which may not be enough: round up.": (
            lambda r, w: round(_exact(r, w))
        ),
        "Half of a training cannot be had: round up to a whole number.": _exact,
        "That counts the trainings of both means; return those of one.": (
            lambda r, w: 2 * ceil(_exact(r, w))
        ),
    },
)
def trainings_needed(again, wanted):
    """Return how many trainings of each cell have to be averaged
    until two such means agree at least as well as `wanted`, an int.

    Each training shows a cell's merit and luck of its own, and the
    two add up. All trainings have equally much luck.

    Args:
        again: The correlation of two single trainings, above 0. This
            is the share that merit has in the variance of one.
        wanted: The correlation of the means of k trainings with the
            means of k others, below 1.
    """
    # merit stays as it is; the mean of k lucks has a k-th of the
    # variance of one
    k = 1
    while again / (again + (1 - again) / k) < wanted:
        k += 1
    return k


def _at(values: Sequence[float], place: int) -> float:
    return values[place]


def _best(values: Sequence[float]) -> int:
    return min(range(len(values)), key=lambda i: values[i])


@exercise(
    ([8.0, 8.5, 9.0], [3.2, 2.9, 4.3]),
    ([9.0, 8.1, 8.4, 8.2], [4.0, 3.5, 2.5, 3.0]),
    ([8.5, 8.0], [3.0, 2.5]),
    ([8.7, 8.6, 8.9], [3.1, 3.1, 2.8]),
    mistakes={
        "Fewer bits are better: that chooses the worst cell on words.": (
            lambda words, characters: (
                _at(characters, max(range(len(words)), key=lambda i: words[i])) - min(characters)
            )
        ),
        "That is the bits a character of the chosen cell; subtract the lowest there is.": (
            lambda words, characters: _at(characters, _best(words))
        ),
        "The sign is wrong: what the chosen cell needs more is 0 or above.": (
            lambda words, characters: min(characters) - _at(characters, _best(words))
        ),
        "That goes the other way: choose on words and pay on characters.": (
            lambda words, characters: _at(words, _best(characters)) - min(words)
        ),
        "That subtracts bits of words from bits of characters; both are of characters.": (
            lambda words, characters: min(characters) - min(words)
        ),
        "That is nothing, always: it chooses on characters. Choose on words.": (
            lambda words, characters: 0.0
        ),
        "That compares with the mean of the cells; compare with the best one.": (
            lambda words, characters: (
                _at(characters, _best(words)) - sum(characters) / len(characters)
            )
        ),
        "That is what dice cost on average; choose the best cell on words.": (
            lambda words, characters: sum(characters) / len(characters) - min(characters)
        ),
        "That is a share; bits are asked for, so subtract and do not divide.": (
            lambda words, characters: _at(characters, _best(words)) / min(characters) - 1
        ),
        "That subtracts bits a word; what is best on characters is asked for.": (
            lambda words, characters: _at(characters, _best(words)) - min(words)
        ),
        "That is which cell was chosen; what it costs on characters is asked for.": (
            lambda words, characters: _best(words)
        ),
    },
)
def transfer_regret(words, characters):
    """Return how many bits a character more the best cell on words
    needs than the best one.

    Args:
        words: Bits a word of every cell, a list; no two are equal.
        characters: Bits a character of the same cells, in the same
            order.
    """
    # choose on words, pay on characters
    chosen = min(range(len(words)), key=lambda i: words[i])
    return characters[chosen] - min(characters)
