"""Lesson 13: does it transfer?"""

from __future__ import annotations

from collections.abc import Sequence
from math import log, log2, log10, sqrt

from nasedu.course.exercise import exercise


@exercise(
    (115.0, 82_430, 442_423),
    (64.0, 1000, 6000),
    (10.0, 300, 1500),
    (2.0, 7, 7),
    mistakes={
        "Those are nats: the logarithm is that of base 2.": (
            lambda perplexity, words, characters: words * log(perplexity) / characters
        ),
        "That is the logarithm of base 10; bits take base 2.": (
            lambda perplexity, words, characters: words * log10(perplexity) / characters
        ),
        "That shares the bits of a single word out among all characters; take all words.": (
            lambda perplexity, words, characters: log2(perplexity) / characters
        ),
        "The bits of a perplexity above 1 are above 0: no minus.": (
            lambda perplexity, words, characters: -words * log2(perplexity) / characters
        ),
        "Those are bits per word; share them out among the characters.": (
            lambda perplexity, words, characters: log2(perplexity)
        ),
        "That shares out the perplexity; share out its bits, `log2(perplexity)`.": (
            lambda perplexity, words, characters: perplexity * words / characters
        ),
        "That takes the logarithm last; first the bits of a word, then share them out.": (
            lambda perplexity, words, characters: log2(perplexity * words / characters)
        ),
        "Words and characters are swapped: a character costs less than a word.": (
            lambda perplexity, words, characters: log2(perplexity) * characters / words
        ),
        "That is the perplexity per character; its bits are asked for.": (
            lambda perplexity, words, characters: perplexity ** (words / characters)
        ),
        "Those are the bits of the whole text; divide them by its characters.": (
            lambda perplexity, words, characters: words * log2(perplexity)
        ),
    },
)
def bits_per_character(perplexity, num_words, num_characters):
    """Return the bits per character of a model of words.

    Args:
        perplexity: Per word, of the whole text.
        num_words: Words of the text, ends of lines included.
        num_characters: Characters of the same text.
    """
    # all bits of the text, shared out among its characters
    return num_words * log2(perplexity) / num_characters


@exercise(
    (0.45, 0.5, 0.5),
    (0.6, 0.9, 0.4),
    (-0.3, 0.8, 0.7),
    (0.75, 1.0, 1.0),
    mistakes={
        "The root is missing: the ceiling is the root of the product.": (
            lambda across, words, characters: across / (words * characters)
        ),
        "That is what would be seen; divide by the ceiling, do not multiply.": (
            lambda across, words, characters: across * sqrt(words * characters)
        ),
        "That is the ceiling itself; `across` is to be divided by it.": (
            lambda across, words, characters: sqrt(words * characters)
        ),
        "The ceiling is the root of the product, not the mean of the two.": (
            lambda across, words, characters: 2 * across / (words + characters)
        ),
        "The ceiling is the root of the product, not the smaller of the two.": (
            lambda across, words, characters: across / min(words, characters)
        ),
        "In Python `a / b * c` is `(a / b) * c`: put brackets around the product.": (
            lambda across, words, characters: across / sqrt(words) * sqrt(characters)
        ),
        "The correlation may be below 0: keep its sign.": (
            lambda across, words, characters: abs(across) / sqrt(words * characters)
        ),
        "Only words are corrected for; characters have noise, too.": (
            lambda across, words, characters: across / sqrt(words)
        ),
        "Only characters are corrected for; words have noise, too.": (
            lambda across, words, characters: across / sqrt(characters)
        ),
    },
)
def corrected_correlation(across, words_again, characters_again):
    """Return the correlation of two tasks as it would be without
    noise.

    Args:
        across: Seen between a training on words and one on
            characters.
        words_again: Between two trainings on words.
        characters_again: Between two trainings on characters.
    """
    # what was seen, as a share of the ceiling
    return across / sqrt(words_again * characters_again)


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
