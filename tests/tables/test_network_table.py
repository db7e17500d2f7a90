import hashlib
import json
import zipfile

import numpy as np
import pytest
from small_tables import ABOUT, SPACE, made_up

from nasedu.errors import DataError, SearchSpaceError
from nasedu.spaces import sequences_at
from nasedu.tables import DIVERGED, MISSING, NetworkTable
from nasedu.training import cubed_accuracy

ARRAYS = ("valid", "test", "seconds", "parameters", "flop")


def with_arrays(table, **arrays):
    fields = {name: getattr(table, name) for name in ARRAYS}
    return NetworkTable(table.space, table.about, **fields | arrays)


def test_what_was_saved_is_loaded(tmp_path):
    table = made_up()
    digest = table.save(tmp_path / "table.npz")
    assert digest == hashlib.sha256((tmp_path / "table.npz").read_bytes()).hexdigest()
    for place in (tmp_path / "table.npz", str(tmp_path)):
        loaded = NetworkTable.load(place)
        assert loaded.space == SPACE
        assert loaded.about == ABOUT
        assert (loaded.name, loaded.digest) == (str(place), digest)
        for name in ARRAYS:
            assert np.array_equal(getattr(loaded, name), getattr(table, name))
            assert getattr(loaded, name).dtype == getattr(table, name).dtype


def test_its_name_finds_it_from_any_folder(tmp_path, monkeypatch):
    (tmp_path / "here").mkdir()
    made_up().save(tmp_path / "here" / "table.npz")
    monkeypatch.chdir(tmp_path)
    loaded = NetworkTable.load("here")
    monkeypatch.chdir(tmp_path / "here")
    assert NetworkTable.load(loaded.name).digest == loaded.digest
    assert NetworkTable.load("digits_3_layers").name == "digits_3_layers"


def test_equal_tables_have_equal_digests_and_others_do_not(tmp_path):
    digests = [made_up(seed=seed).save(tmp_path / f"{i}.npz") for i, seed in enumerate((1, 1, 2))]
    assert digests[0] == digests[1] != digests[2]


def test_accuracies_are_shares_of_the_images(tmp_path):
    table = made_up()
    assert table.curves.shape == (3, 8, 2)
    assert np.array_equal(table.curves, table.valid / 300)
    assert np.array_equal(table.tested, table.test / 297)
    assert np.array_equal(table.best, table.curves.max(-1))
    assert table.reward[2].tolist() == [cubed_accuracy(curve) for curve in table.curves[2].tolist()]
    assert (len(table), table.num_trainings) == (8, 24)


def test_what_diverged_was_trained_and_what_is_missing_was_not():
    table = made_up()
    valid, test = table.valid.copy(), table.test.copy()
    valid[0, 3], test[0, 3] = DIVERGED, DIVERGED
    valid[1:, 4], test[1:, 4] = MISSING, MISSING
    table = with_arrays(table, valid=valid, test=test)
    assert table.repeats.tolist() == [3, 3, 3, 3, 1, 3, 3, 3]
    assert table.num_trainings == 22
    for values in (table.reward, table.tested, table.curves[..., 0]):
        assert {tuple(where) for where in np.argwhere(np.isnan(values)).tolist()} == {
            (0, 3),
            (1, 4),
            (2, 4),
        }


def test_a_batch_is_looked_up_by_one_indexing_operation():
    table = made_up()
    tokens = sequences_at(SPACE.decisions, [7, 0, 7, 2])
    places = table.places(tokens)
    assert places.tolist() == [7, 0, 7, 2]
    assert table.reward[0, places].shape == (4,)
    with pytest.raises(SearchSpaceError, match="not sequences of this space"):
        table.places(tokens + 1)


def npz(path, **arrays):
    np.savez_compressed(path, **arrays)


def pickled(path):
    content = {name: getattr(made_up(), name) for name in ARRAYS}
    npz(path, about=np.array({"seed": 1}, dtype=object), **content)


def without_a_recipe(path):
    about = {**ABOUT, "evaluator": {}, "space": json.loads(SPACE.to_json())}
    content = {name: getattr(made_up(), name) for name in ARRAYS}
    npz(path, about=np.array(json.dumps(about)), **content)


def of_another_space(path):
    table = made_up()
    about = {**ABOUT, "space": json.loads(SPACE.to_json()) | {"num_layers": 3}}
    content = {name: getattr(table, name) for name in ARRAYS}
    npz(path, about=np.array(json.dumps(about)), **content)


@pytest.mark.parametrize(
    "make",
    [
        pickled,
        without_a_recipe,
        of_another_space,
        lambda path: npz(path, numbers=np.arange(3)),
        lambda path: path.write_text("place,repeat\n"),
        lambda path: path.write_bytes(b""),
        lambda path: zipfile.ZipFile(path, "w").close(),
    ],
)
def test_what_is_not_a_table_is_refused_in_one_line(tmp_path, make):
    path = tmp_path / "table.npz"
    make(path)
    with pytest.raises(DataError, match=r"table\.npz is not a table of children") as caught:
        NetworkTable.load(path)
    assert "\n" not in str(caught.value)


def test_a_folder_that_is_not_there(tmp_path):
    with pytest.raises(DataError, match=r"table\.npz cannot be written: No such file"):
        made_up().save(tmp_path / "no" / "table.npz")


def test_a_damaged_file_is_refused_or_reads_as_it_was(tmp_path):
    path, source = tmp_path / "table.npz", np.random.default_rng(0)
    table = made_up()
    table.save(path)
    whole, refused = path.read_bytes(), 0
    for _ in range(200):
        damaged = bytearray(whole)
        damaged[source.integers(len(whole))] ^= 1 << source.integers(8)
        path.write_bytes(damaged)
        try:
            loaded = NetworkTable.load(path)
        except DataError:
            refused += 1
        else:
            assert all(np.array_equal(getattr(loaded, n), getattr(table, n)) for n in ARRAYS)
    assert refused > 100
    path.write_bytes(whole[:-200])
    with pytest.raises(DataError, match="damaged"):
        NetworkTable.load(path)


@pytest.mark.parametrize(
    ("name", "array", "words"),
    [
        ("flop", np.zeros(7, np.int32), r"flop is int32 of shape \(7,\); expected int64 of \(8,\)"),
        ("test", np.zeros((2, 8), np.int16), r"test is int16 of shape \(2, 8\)"),
        ("valid", np.zeros((3, 8), np.int16), r"expected int16 of \(3, 8, 2\)"),
        ("seconds", np.zeros((3, 8)), "seconds is float64"),
    ],
)
def test_arrays_that_do_not_fit_the_space_are_refused(name, array, words):
    with pytest.raises(DataError, match=words):
        with_arrays(made_up(), **{name: array})


def test_a_table_that_is_not_there_says_how_to_make_one():
    with pytest.raises(DataError, match="there is no table 'nix'; make one with `nasedu table"):
        NetworkTable.load("nix")


@pytest.mark.parametrize(
    ("name", "number", "words"),
    [
        ("valid", 301, "valid has numbers from .* to 301; expected -2 to 300"),
        ("valid", -3, "valid has numbers from -3"),
        ("test", 32767, "test has numbers from .* to 32767; expected -2 to 297"),
        ("test", -1, "valid and test name different trainings as diverged or missing"),
        ("valid", -2, "valid and test name different trainings as diverged or missing"),
        ("seconds", np.inf, "seconds has an impossible time"),
        ("seconds", -1, "seconds has an impossible time"),
        ("parameters", 0, "parameters has 0; expected at least 1"),
        ("flop", -5, "flop has -5; expected at least 1"),
    ],
)
def test_a_number_that_no_training_can_have_given_is_refused(tmp_path, name, number, words):
    table = made_up()
    getattr(table, name).flat[0] = number
    table.save(tmp_path / "table.npz")
    with pytest.raises(DataError, match=words) as caught:
        NetworkTable.load(tmp_path)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"title": "t" * 1_000_000}, "title has 1,000,000 characters; expected 1 to 1,000"),
        ({"title": ""}, "title has 0 characters"),
        ({"num_valid": 0}, "num_valid is 0; expected 1 to 32767"),
        ({"num_test": "297"}, "num_test is '297'; expected an integer"),
        ({"recipe": {"epochs": 2, "lr": [0.1]}}, r"recipe.lr is \[0.1\]"),
    ],
)
def test_what_is_said_about_a_table_is_checked_where_it_is_loaded(tmp_path, changed, words):
    table = made_up()
    table.about["evaluator"] = table.about["evaluator"] | changed
    table.save(tmp_path / "table.npz")
    with pytest.raises(DataError, match=words):
        NetworkTable.load(tmp_path)


def test_a_table_without_end_is_not_unpacked(tmp_path, monkeypatch):
    made_up().save(tmp_path / "table.npz")
    monkeypatch.setattr("nasedu.tables.network_table.LARGEST", 100)
    with pytest.raises(DataError, match="bytes when unpacked; expected at most 100"):
        NetworkTable.load(tmp_path)
