"""Lesson 13: does it transfer?"""

from __future__ import annotations

from collections import Counter
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


def _counts(words: Sequence[str], n: int) -> Counter:
    return Counter(tuple(words[i : i + n]) for i in range(len(words) - n + 1))


def _precision(words: Sequence[str], reference: Sequence[str], n: int) -> float:
    found = _counts(words, n)
    return (found & _counts(reference, n)).total() / found.total()


_EUROS = ["zwei", "Euro", "und", "zwei", "Cent"]


@exercise(
    (["zwei", "Euro", "und", "drei", "Cent"], _EUROS, 1),
    (["zwei", "Euro", "und", "drei", "Cent"], _EUROS, 2),
    (["zwei", "zwei", "zwei", "Cent"], _EUROS, 1),
    (["zwei", "Cent", "und", "zwei", "Euro", "und", "zwei", "Cent"], _EUROS, 2),
    (["Cent", "zwei", "und", "Euro", "zwei"], _EUROS, 2),
    (["zwei", "Euro"], _EUROS, 2),
    mistakes={
        "A run that the translation repeats counts as a match only as often as the reference "
        "has it. Else `und und und und` would be a perfect translation.": (
            lambda t, r, n: (
                sum(count for run, count in _counts(t, n).items() if run in _counts(r, n))
                / _counts(t, n).total()
            )
        ),
        "A set forgets that a run may be there twice, in the translation and in the reference: "
        "count the runs.": lambda t, r, n: (
            len({*_counts(t, n)} & {*_counts(r, n)}) / len(_counts(t, n))
        ),
        "The matches are those of a set, which counts a run once that both have twice.": (
            lambda t, r, n: len({*_counts(t, n)} & {*_counts(r, n)}) / _counts(t, n).total()
        ),
        "That is the share of the reference that was found. Divide by how many runs the "
        "translation has.": lambda t, r, n: _precision(r, t, n),
        "That is how many match; divide by how many runs of n words the translation has.": (
            lambda t, r, n: (_counts(t, n) & _counts(r, n)).total()
        ),
        "A translation of L words has L - n + 1 runs of n words, not L.": (
            lambda t, r, n: (_counts(t, n) & _counts(r, n)).total() / len(t)
        ),
        "That counts single words, whatever n is.": lambda t, r, n: _precision(t, r, 1),
        "That compares word by word at the same place. A run may match anywhere.": (
            lambda t, r, n: sum(a == b for a, b in zip(t, r, strict=False)) / len(t)
        ),
        "The order of the words in a run counts; compare tuples, not sets or sorted words.": (
            lambda t, r, n: _unordered(t, r, n)
        ),
    },
)
def ngram_precision(translation, reference, n):
    """Return which share of the runs of n words of a translation the
    reference has, too.

    A run that the translation repeats matches at most as often as
    the reference has it.

    Args:
        translation: A list of words, n or more.
        reference: The words that a human wrote, a list.
        n: How many words in a row are one run.
    """
    found = []
    for words in (translation, reference):
        starts = range(len(words) - n + 1)
        found.append(Counter(tuple(words[i : i + n]) for i in starts))
    runs, wanted = found
    # of each run the smaller of the two counts
    return (runs & wanted).total() / runs.total()


def _unordered(words: Sequence[str], reference: Sequence[str], n: int) -> float:
    runs, wanted = (
        Counter(tuple(sorted(run)) for run in _counts(each, n).elements())
        for each in (words, reference)
    )
    return (runs & wanted).total() / runs.total()
