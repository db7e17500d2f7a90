"""A machine is sent what it does not have, and keeps what it has."""

import pytest

from nasedu.data import catalogue
from nasedu.errors import DataError
from nasedu.runs import Limits
from nasedu.searching.cluster.data_files import files_for, files_of, receive
from nasedu.searching.function_evaluator import FunctionEvaluator
from nasedu.searching.limited_evaluator import LimitedEvaluator
from nasedu.spaces import ChoiceSpace
from nasedu.training import Cost


@pytest.fixture
def homes(tmp_path, monkeypatch):
    """Return what makes one of two machines the one that this is, by its name."""

    def at(name):
        monkeypatch.setenv("NASEDU_DATA", str(tmp_path / name))
        return tmp_path / name

    return at


def test_files_are_written_where_they_are_missing(homes):
    homes("one")
    for shelf, name in zip(catalogue.SHELVES, ("pictures", "poems", "phrases"), strict=True):
        shelf.path(name).parent.mkdir(parents=True, exist_ok=True)
        shelf.path(name).write_bytes(name.encode())
    assert files_of("digits") == files_of("unknown") == {}
    sent = files_of("pictures") | files_of("phrases")
    sent |= files_of("poems-chars")  # characters of the same file
    assert {path.read_bytes() for path in sent.values()} == {b"pictures", b"phrases", b"poems"}
    other = homes("other")
    receive({place: path.read_bytes() for place, path in sent.items()}, lambda content: content)
    assert {place: (other / place).read_bytes() for place in sent} == {
        place: path.read_bytes() for place, path in sent.items()
    }


def test_what_is_there_stays_and_is_not_fetched(homes):
    path = homes("other") / "imported" / "a.safetensors"
    path.parent.mkdir(parents=True)
    path.write_bytes(b"mine")
    receive({"imported/a.safetensors": "yours"}, lambda _: pytest.fail("it was fetched"))
    assert path.read_bytes() == b"mine"


def test_a_folder_that_cannot_be_made_is_one_clear_line(homes):
    homes("other").write_text("a file")
    with pytest.raises(DataError, match="cannot be made"):
        receive({"imported/a.safetensors": b""}, bytes)


def test_data_are_found_behind_limits_too(homes):
    homes("one")
    shelf = catalogue.SHELVES[0]
    shelf.path("pictures").parent.mkdir(parents=True)
    shelf.path("pictures").write_bytes(b"pictures")

    class OnPictures(FunctionEvaluator):
        settings = {"data": "pictures"}  # noqa: RUF012

        def size_of(self, trial):
            return Cost(1, 1)

    inner = OnPictures(ChoiceSpace({"a": (1, 2)}, num_layers=1), lambda chosen: 0.5)
    limited = LimitedEvaluator(inner, Limits(max_parameters=10))
    assert [path.read_bytes() for path in files_for(limited).values()] == [b"pictures"]
