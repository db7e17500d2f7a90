from nasedu.viewing.words import align, count, either


def test_a_number_has_its_noun():
    assert [count(n, "layer") for n in (0, 1, 2)] == ["no layers", "1 layer", "2 layers"]


def test_the_last_choice_has_an_or_before_it():
    assert (either([1]), either([1, 3]), either([1, 3, 5])) == ("1", "1 or 3", "1, 3 or 5")


def test_columns_stand_under_each_other():
    assert align([("a", "10"), ("bcd", "1")], right=(1,)) == "a    10\nbcd   1"
