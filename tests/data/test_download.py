import http.server
import io
import os
import pickle
import subprocess
import sys
import tarfile
import threading
from contextlib import suppress
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nasedu.data import add, cifar10, download, get, load
from nasedu.data.cifar10 import RECORD, VERSIONS, Archive, md5_of
from nasedu.errors import DataError, SettingError
from nasedu.whole_file import held

BINARY, PYTHON = VERSIONS
CLASSES, TRAIN, TEST = BINARY.classes, BINARY.train, (BINARY.test,)
NAMES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]


def batch(count, seed):
    """Records as CIFAR-10 has them; the first image of class 0 is red at its top left."""
    records = np.random.default_rng(seed).integers(0, 256, (count, RECORD), dtype=np.uint8)
    records[:, 0] = np.arange(count) % 10
    records[0, [1, 1025, 2049]] = 255, 0, 0
    return records.tobytes()


def binary_files():
    files = {file: batch(20, seed) for seed, file in enumerate((*TRAIN, *TEST))}
    files[CLASSES] = ("\n".join(NAMES) + "\n\n").encode()
    return {f"cifar-10-batches-bin/{name}": content for name, content in files.items()}


def python_files():
    """The same images as pickles, as Python 2 wrote them but for the protocol."""
    files = {}
    for seed, file in enumerate((*PYTHON.train, PYTHON.test)):
        records = np.frombuffer(batch(20, seed), np.uint8).reshape(-1, RECORD)
        pixels, labels = np.ascontiguousarray(records[:, 1:]), records[:, 0].tolist()
        files[file] = {b"data": pixels, b"labels": labels, b"batch_label": b"a batch"}
    files[PYTHON.classes] = {b"label_names": [name.encode() for name in NAMES]}
    return {f"cifar-10-batches-py/{name}": pickle.dumps(d, 2) for name, d in files.items()}


@pytest.fixture
def archive(tmp_path, make):
    return make.tar(tmp_path / "cifar-10-binary.tar.gz", binary_files())


def official(path, name="cifar-10-binary.tar.gz"):
    """As if this file were the official archive."""
    return Archive(name, path.stat().st_size, md5_of(path))


@pytest.fixture
def server(archive):
    """A server on this machine that may break off, or not know how to begin midway.

    Each path is what was asked for and from which byte.
    """
    content = archive.read_bytes()
    state = SimpleNamespace(
        files={"/cifar-10-binary.tar.gz": content},
        archives=[official(archive)],
        breaks_at=None,
        ranges=True,
        endless=False,
        asked=[],
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            begin = int(asked[6:-1]) if asked and state.ranges else 0
            state.asked.append((self.path, begin))
            whole = state.files.get(self.path)
            if whole is None or begin >= len(whole) > 0:
                self.send_error(404 if whole is None else 416)
                return
            body = whole[begin:]
            self.send_response(206 if begin else 200)
            if not state.endless:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.breaks_at])
            with suppress(OSError):  # until the other side has had enough
                while state.endless:
                    self.wfile.write(bytes(2**16))

        def log_message(self, *arguments):
            pass

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    state.host = f"http://127.0.0.1:{serving.server_port}"
    state.urls = [f"{state.host}/cifar-10-binary.tar.gz"]
    yield state
    serving.shutdown()
    serving.server_close()


def fetched(server, **options):
    return get("cifar10", addresses=server.urls, archives=server.archives, **options)


def files_in(home):
    return sorted(p.name for p in home.rglob("*") if p.is_file() and p.name != ".lock")


def test_the_official_archive_is_fetched_checked_and_imported(home, server):
    told = []
    summary = fetched(server, on_bytes=lambda *n: told.append(n))
    data = load("cifar10")
    assert (data.title, data.classes) == ("CIFAR-10", tuple(NAMES))
    assert (len(data.train), len(data.test), data.shape) == (100, 20, (3, 32, 32))
    assert (data.flip, data.pad, data.num_valid) == (True, 4, 10)
    assert data.train.images[0, :, 0, 0].tolist() == [255, 0, 0]
    second = np.frombuffer(batch(20, 1), np.uint8).reshape(-1, RECORD)[3]
    assert data.train.images[23].flatten().tolist() == second[1:].tolist()
    assert data.train.labels[23] == second[0] == 3
    assert told[-1] == (server.archives[0].num_bytes,) * 2
    assert summary.train_counts == (10,) * 10
    assert files_in(home) == ["cifar10.safetensors"]


def test_an_interrupted_download_goes_on_where_it_stopped(home, server):
    server.breaks_at = 5000
    with pytest.raises(DataError, match=r"(ended after|IncompleteRead).*kept, run it again"):
        fetched(server)
    assert files_in(home) == ["cifar-10-binary.tar.gz.part"]
    with pytest.raises(DataError, match="there is no set of images"):
        load("cifar10")
    server.breaks_at = None
    fetched(server)
    assert [begin for _, begin in server.asked] == [0, 5000]
    assert len(load("cifar10").train) == 100


def test_another_server_goes_on_where_one_stopped(home, server):
    """The second one is asked for the rest, since it has the same archive."""
    server.files["/mirror/cifar-10-binary.tar.gz"] = server.files["/cifar-10-binary.tar.gz"]
    server.urls.append(f"{server.host}/mirror/cifar-10-binary.tar.gz")
    server.breaks_at = server.archives[0].num_bytes // 2 + 1
    fetched(server)
    assert server.asked == [
        ("/cifar-10-binary.tar.gz", 0),
        ("/mirror/cifar-10-binary.tar.gz", server.breaks_at),
    ]
    assert len(load("cifar10").train) == 100


def test_addresses_are_tried_in_turn(home, server):
    """One does not answer, one has nothing, one gives something else, and one is right."""
    server.files["/other/cifar-10-binary.tar.gz"] = b"something else"
    gone = [f"{server.host}/{place}/cifar-10-binary.tar.gz" for place in ("gone", "other")]
    server.urls = ["http://127.0.0.1:9/cifar-10-binary.tar.gz", *gone, *server.urls]
    fetched(server)
    assert len(server.asked) == 3 and len(load("cifar10").train) == 100
    assert files_in(home) == ["cifar10.safetensors"]


def test_each_failure_is_told(home, server):
    server.files = {}
    server.urls.append("http://127.0.0.1:9/cifar-10-python.tar.gz")
    with pytest.raises(
        DataError, match=r"404.*; cannot download .*refused.*; other addr"
    ) as caught:
        fetched(server)
    assert "--from URL" in str(caught.value) and "\n" not in str(caught.value)


def test_a_slow_server_is_left_and_asked_again_if_no_other_helps(home, server, monkeypatch):
    monkeypatch.setattr(download, "SLOW", float("inf"))
    monkeypatch.setattr(download, "TRIAL", -1)
    server.urls.append(f"{server.host}/gone/cifar-10-binary.tar.gz")
    fetched(server)
    assert len(load("cifar10").train) == 100
    first, gone, again = server.asked
    assert (first[0], gone[0], again[0]) == (server.urls[0][-23:], server.urls[1][-28:], first[0])
    assert again[1] > 0  # for the rest


@pytest.mark.parametrize("known", ["cifar-10-python.tar.gz", "download?id=7"])
def test_either_archive_will_do(home, tmp_path, make, server, known):
    path = make.tar(tmp_path / "cifar-10-python.tar.gz", python_files())
    server.files[f"/{known}"] = path.read_bytes()
    server.urls = [f"{server.host}/{known}"]
    server.archives.append(official(path, "cifar-10-python.tar.gz"))
    fetched(server)
    add("binary", tmp_path / "cifar-10-binary.tar.gz")
    one, other = load("cifar10"), load("binary")
    assert one.classes == other.classes
    for part in ("train", "test"):
        assert torch.equal(getattr(one, part).images, getattr(other, part).images)
        assert torch.equal(getattr(one, part).labels, getattr(other, part).labels)


@pytest.mark.parametrize("begin", [0, 5000])
def test_a_server_that_sends_without_end_is_left_one_byte_after_the_archive(home, server, begin):
    if begin:
        server.breaks_at = begin
        with pytest.raises(DataError):
            fetched(server)
        server.breaks_at = None
    server.endless = True
    told = []
    with pytest.raises(DataError, match=r"more than the [\d,]+ bytes of the archive came"):
        fetched(server, on_bytes=lambda there, _: told.append(there))
    assert max(told) == server.archives[0].num_bytes + 1
    assert files_in(home) == []


def test_two_downloads_at_once_do_not_write_into_one_file(home, server):
    folder = home / "downloads"
    folder.mkdir(parents=True)
    with (
        held(folder, DataError, "busy"),
        pytest.raises(DataError, match=r"another download into .* is under way; wait for it"),
    ):
        fetched(server)
    assert server.asked == []


def test_a_server_that_cannot_begin_midway_is_asked_for_all(home, server):
    server.breaks_at = 5000
    with pytest.raises(DataError):
        fetched(server)
    server.breaks_at, server.ranges = None, False
    fetched(server)
    assert len(load("cifar10").train) == 100


def test_a_part_that_is_whole_already_is_checked_and_used(home, server):
    part = home / "downloads" / "cifar-10-binary.tar.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.files["/cifar-10-binary.tar.gz"])
    fetched(server)
    assert len(load("cifar10").train) == 100


def test_a_file_with_another_sum_is_removed_and_never_imported(home, server):
    server.archives = [replace(server.archives[0], md5="0" * 32)]
    with pytest.raises(DataError, match=r"expected 0{32}: it was removed.*; .*nasedu data add"):
        fetched(server)
    assert files_in(home) == []


def test_a_part_of_another_file_is_noticed(home, server):
    part = home / "downloads" / "cifar-10-binary.tar.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"something else")
    with pytest.raises(DataError, match="it was removed"):
        fetched(server)
    fetched(server)


def test_what_is_imported_already_is_not_fetched_again(home, server):
    fetched(server)
    with pytest.raises(SettingError, match="--replace"):
        fetched(server)
    assert len(server.asked) == 1
    fetched(server, replace=True)


@pytest.mark.parametrize(
    ("option", "url", "words"),
    [
        ("--from", "http://127.0.0.1:9/cifar.tar.gz", "Connection refused"),
        ("--from", "http://nowhere.invalid/cifar.tar.gz", "cannot download"),
        ("--url", "file:///etc/hostname", "expected an address that begins with https://"),
    ],
)
def test_without_a_network_the_offline_way_is_named(tmp_path, option, url, words):
    done = subprocess.run(
        [sys.executable, "-m", "nasedu", "data", "get", "cifar10", option, url],
        capture_output=True,
        text=True,
        env=os.environ | {"NASEDU_DATA": str(tmp_path), "PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert done.returncode == 2
    assert words in done.stderr
    assert "nasedu data add cifar10 FOLDER_OR_ARCHIVE" in done.stderr
    assert done.stderr.count("\n") == 1
    assert files_in(tmp_path) == []


def test_another_name_is_refused(home):
    with pytest.raises(SettingError, match="'mnist' cannot be downloaded; expected cifar10"):
        get("mnist")


def test_the_addresses_are_of_the_official_archives():
    names = {archive.name for archive in (cifar10.BINARY, cifar10.PYTHON)}
    assert {address.rsplit("/", 1)[1] for address in cifar10.ADDRESSES} == names
    assert all(address.startswith("https://") for address in cifar10.ADDRESSES)
    assert len(set(cifar10.ADDRESSES)) == len(cifar10.ADDRESSES) > 3


def test_what_the_server_answers_in_place_of_the_file_is_said(home, server):
    server.files["/cifar-10-binary.tar.gz"] = b""
    with pytest.raises(DataError, match=r"its MD5 is .*without a network"):
        fetched(server)


@pytest.mark.parametrize("files", [binary_files, python_files])
def test_add_takes_the_archive_and_its_folder_but_calls_only_the_official_one_so(
    home, tmp_path, make, files
):
    inside = next(iter(files())).split("/")[0]
    folder = make.folder(tmp_path / "unpacked", files() | {f"{inside}/readme.html": b"x"})
    add("packed", make.tar(tmp_path / "any.tar.gz", files()))
    assert add("folder", folder).ignored == (f"{inside}/readme.html",)
    add("inner", folder / inside, title="Mine")
    packed, unpacked, inner = map(load, ("packed", "folder", "inner"))
    assert [data.title for data in (packed, unpacked, inner)] == ["packed", "folder", "Mine"]
    for other in (unpacked, inner):
        assert torch.equal(packed.train.images, other.train.images)
        assert torch.equal(packed.test.labels, other.test.labels)


def spoilt(name, change):
    files = binary_files()
    key = f"cifar-10-batches-bin/{name}"
    content = change(files.pop(key))
    return files if content is None else files | {key: content}


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("data_batch_3.bin", lambda b: None, "data_batch_3.bin is missing"),
        ("data_batch_3.bin", lambda b: b[:-1], "expected a multiple of 3,073"),
        ("test_batch.bin", lambda b: b"", "test_batch.bin has 0 bytes"),
        ("test_batch.bin", lambda b: b"\x0b" + b[1:], "a label is 11, expected 0 to 9"),
        (CLASSES, lambda b: b"cat dog", "does not name ten classes"),
        (CLASSES, lambda b: b"\xff" + b, "does not name ten classes"),
    ],
)
def test_a_damaged_archive_is_named_and_nothing_written(home, tmp_path, make, name, change, words):
    path = make.tar(tmp_path / "broken.tar.gz", spoilt(name, change))
    with pytest.raises(DataError, match="is not CIFAR-10's binary version") as caught:
        add("cifar10", path)
    assert words in str(caught.value)
    assert files_in(home) == []


def pickled(name, change):
    """The files of the Python version, one of them changed."""
    files = python_files()
    key = f"cifar-10-batches-py/{name}"
    files[key] = pickle.dumps(change(pickle.loads(files[key])))
    return files


@pytest.mark.parametrize(
    ("name", "change", "words"),
    [
        ("data_batch_2", lambda b: {}, "data_batch_2 holds no images of 3,072 bytes each"),
        ("data_batch_2", lambda b: b | {b"data": [1]}, "holds no images"),
        ("data_batch_2", lambda b: b | {b"data": b[b"data"][:, 1:].copy()}, "holds no images"),
        ("data_batch_2", lambda b: b | {b"labels": [1]}, "20 images, expected one label for each"),
        ("data_batch_2", lambda b: b | {b"labels": ["1"] * 20}, "expected one label for each"),
        ("test_batch", lambda b: b | {b"labels": [10] * 20}, "is out of range, expected 0 to 9"),
        ("test_batch", lambda b: b | {b"labels": [-1] * 20}, "is out of range"),
        (
            "test_batch",
            lambda b: b | {b"data": SimpleNamespace()},
            "it names types.SimpleNamespace",
        ),
        ("batches.meta", lambda b: {}, "does not name ten classes"),
        ("batches.meta", lambda b: {b"label_names": [1] * 10}, "does not name ten classes"),
    ],
)
def test_damaged_pickles_are_named_and_nothing_written(home, tmp_path, make, name, change, words):
    path = make.tar(tmp_path / "broken.tar.gz", pickled(name, change))
    with pytest.raises(DataError, match=r"is not CIFAR-10's Python version .*binary ver") as caught:
        add("cifar10", path)
    assert words in str(caught.value) and "\n" not in str(caught.value)
    assert files_in(home) == []


def test_a_file_that_is_there_twice_is_refused(home, tmp_path, make):
    files = binary_files() | {"copy/test_batch.bin": batch(20, 9)}
    with pytest.raises(DataError, match="twice"):
        add("cifar10", make.tar(tmp_path / "twice.tar.gz", files))


def test_an_archive_that_leaves_its_folder_is_refused(home, tmp_path):
    path = tmp_path / "evil.tar.gz"
    with tarfile.open(path, "w:gz") as tar:
        info = tarfile.TarInfo("../data_batch_1.bin")
        info.size = 3073
        tar.addfile(info, io.BytesIO(bytes(3073)))
    with pytest.raises(DataError, match="lies outside of its folder"):
        add("cifar10", path)
