import os
import pickle
import struct

import numpy as np
import pytest

from nasedu.data.pickled import read_pickle
from nasedu.errors import DataError


def old_array(rows):
    """An array as Python 2 pickled it, which is how the official files are."""
    count, width = rows.shape
    head = b"cnumpy.core.multiarray\n_reconstruct\n(cnumpy\nndarray\n(I0\ntS'b'\ntR"
    kind = b"cnumpy\ndtype\n(S'u1'\nI0\nI1\ntR(I3\nS'|'\nNNNI-1\nI-1\nI0\ntb"
    shape = f"(I1\n(I{count}\nI{width}\nt".encode()
    content = b"T" + struct.pack("<I", rows.size) + rows.tobytes()
    return head + shape + kind + b"I00\n" + content + b"tb"


def test_the_pickles_of_python_2_are_read():
    rows = np.arange(12, dtype=np.uint8).reshape(3, 4)
    content = b"(dS'data'\n" + old_array(rows) + b"sS'labels'\n(lI1\naI2\naI3\nas."
    found = read_pickle(content, "a")
    assert np.array_equal(found["data"], rows)
    assert found["labels"] == [1, 2, 3]


@pytest.mark.parametrize("protocol", range(5))
def test_pickles_of_this_python_are_read(protocol):
    content = {b"data": np.arange(6, dtype=np.uint8).reshape(2, 3), "names": [b"a", "b"]}
    found = read_pickle(pickle.dumps(content, protocol=protocol), "a")
    assert np.array_equal(found["data"], content[b"data"])
    assert found["names"] == [b"a", "b"]


class Evil:
    def __init__(self, call, *arguments):
        self.call, self.arguments = call, arguments

    def __reduce__(self):
        return self.call, self.arguments


class Mine:
    pass


BAD = {
    "it names posix.system": Evil(os.system, "touch pwned"),
    "it names builtins.eval": Evil(eval, "1"),
    "it names builtins.getattr": Evil(getattr, [], "append"),
    "it names .*Mine": Mine(),
    "it is a list": [1],
    "array is not of bytes": {"data": np.zeros(3)},
    "array is not of bytes ": {"data": np.array([Mine()])},
}


@pytest.mark.parametrize("words", BAD)
def test_pickles_of_anything_else_are_refused_and_nothing_is_run(words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    content = pickle.dumps(BAD[words])
    with pytest.raises(DataError, match=rf"batch is no pickle .*({words.strip()}|it names)"):
        read_pickle(content, "batch")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"no pickle",
        pickle.dumps({"a": [1] * 100})[:-20],
        b"}r\xff\xff\xff\xff.",  # would make room for four billion memories
        b"}p" + b"9" * 30 + b"\n.",
        b"\x80\x04\x96" + struct.pack("<Q", 2**62) + b"x.",  # so many bytes are not there
        b"(" * 10_000,
        b"cnumpy\ndtype\n(I1\nb.",
        b"P1\n.",
        b"\x80\x02}(K\x01](h\x00e.",
    ],
)
def test_damaged_pickles_are_refused_in_one_line(content):
    with pytest.raises(DataError, match="is no pickle of lists and arrays") as caught:
        read_pickle(content, "batch")
    assert "\n" not in str(caught.value)
