import statistics

import pytest

from nasedu.training.measure import ACCURACY, BITS, PERPLEXITY, REWARD, Measure


@pytest.mark.parametrize(
    ("value", "of", "text"),
    [
        (0.5, REWARD, "0.500"),
        (0.00091283, REWARD, "0.000913"),
        (-0.00091283, REWARD, "-0.000913"),
        (0.0, REWARD, "0.000"),
        (0.05, ACCURACY, "0.050"),
        (1312.26, PERPLEXITY, "1,312.3"),
        (1.2345, BITS, "1.234"),
    ],
)
def test_a_value_has_the_digits_that_mean_something(value, of, text):
    assert of.text(value) == text


def test_fewer_digits_are_for_measures_that_have_some():
    texts = [of.text(0.04567, -1) for of in (REWARD, ACCURACY, PERPLEXITY)]
    assert texts == ["0.046", "0.05", "0.0"]
    assert ACCURACY.text(0.98765, more=1) == "0.9877"


def test_the_best_point_is_the_highest_or_the_lowest():
    assert ACCURACY.best((0.1, 0.3, 0.2)) == 0.3
    assert PERPLEXITY.best((300.0, 256.0)) == 256
    assert BITS.best((300.0, 256.0)) == 8


def test_a_measure_in_words():
    assert [of.label for of in (REWARD, ACCURACY, BITS)] == [
        "reward",
        "validation accuracy",
        "validation bits per character",
    ]
    assert Measure("bleu").short == "bleu"
    assert (ACCURACY.middle_name, PERPLEXITY.middle_name) == ("mean", "median")
    assert PERPLEXITY.middle is statistics.median
