import http.server
import io
import os
import subprocess
import sys
import tarfile
import threading
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from nasedu.data import add, get, load
from nasedu.data.cifar10 import CLASSES, RECORD, TEST, TRAIN, md5_of
from nasedu.data.download import fetch
from nasedu.errors import DataError, SettingError

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


@pytest.fixture
def archive(tmp_path, make):
    return make.tar(tmp_path / "cifar-10-binary.tar.gz", binary_files())


@pytest.fixture
def server(archive):
    """A server on this machine that may break off, or not know how to begin midway."""
    content = archive.read_bytes()
    state = SimpleNamespace(
        content=content, md5=md5_of(archive), breaks_at=None, ranges=True, asked=[]
    )

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            asked = self.headers.get("Range")
            state.asked.append(asked)
            begin = int(asked[6:-1]) if asked and state.ranges else 0
            if begin >= len(state.content):
                self.send_error(416)
                return
            body = state.content[begin:]
            self.send_response(206 if begin else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: state.breaks_at])

        def log_message(self, *arguments):
            pass

    serving = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=serving.serve_forever, daemon=True).start()
    state.url = f"http://127.0.0.1:{serving.server_port}/cifar-10-binary.tar.gz"
    yield state
    serving.shutdown()
    serving.server_close()


def files_in(home):
    return sorted(path.name for path in home.rglob("*") if path.is_file())


def test_the_official_archive_is_fetched_checked_and_imported(home, server):
    told = []
    summary = get("cifar10", url=server.url, md5=server.md5, on_bytes=lambda *n: told.append(n))
    data = load("cifar10")
    assert (data.title, data.classes) == ("CIFAR-10", tuple(NAMES))
    assert (len(data.train), len(data.test), data.shape) == (100, 20, (3, 32, 32))
    assert (data.flip, data.pad, data.num_valid) == (True, 4, 10)
    assert data.train.images[0, :, 0, 0].tolist() == [255, 0, 0]
    second = np.frombuffer(batch(20, 1), np.uint8).reshape(-1, RECORD)[3]
    assert data.train.images[23].flatten().tolist() == second[1:].tolist()
    assert data.train.labels[23] == second[0] == 3
    assert told[-1] == (len(server.content),) * 2
    assert summary.train_counts == (10,) * 10
    assert files_in(home) == ["cifar10.safetensors"]


def test_an_interrupted_download_goes_on_where_it_stopped(home, server):
    server.breaks_at = 5000
    with pytest.raises(DataError, match=r"ended after|IncompleteRead|kept, run it again"):
        get("cifar10", url=server.url, md5=server.md5)
    assert files_in(home) == ["cifar-10-binary.tar.gz.part"]
    with pytest.raises(DataError, match="there is no data set"):
        load("cifar10")
    server.breaks_at = None
    get("cifar10", url=server.url, md5=server.md5)
    assert server.asked == [None, "bytes=5000-"]
    assert len(load("cifar10").train) == 100


def test_a_server_that_cannot_begin_midway_is_asked_for_all(home, server):
    server.breaks_at = 5000
    with pytest.raises(DataError):
        get("cifar10", url=server.url, md5=server.md5)
    server.breaks_at, server.ranges = None, False
    get("cifar10", url=server.url, md5=server.md5)
    assert len(load("cifar10").train) == 100


def test_a_part_that_is_whole_already_is_checked_and_used(home, server):
    part = home / "downloads" / "cifar-10-binary.tar.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(server.content)
    get("cifar10", url=server.url, md5=server.md5)
    assert len(load("cifar10").train) == 100


def test_a_file_with_another_sum_is_removed_and_never_imported(home, server):
    with pytest.raises(DataError, match=r"expected 0{32}: it was removed; .*nasedu data add"):
        get("cifar10", url=server.url, md5="0" * 32)
    assert files_in(home) == []


def test_a_part_of_another_file_is_noticed(home, server):
    part = home / "downloads" / "cifar-10-binary.tar.gz.part"
    part.parent.mkdir(parents=True)
    part.write_bytes(b"something else")
    with pytest.raises(DataError, match="it was removed"):
        get("cifar10", url=server.url, md5=server.md5)
    get("cifar10", url=server.url, md5=server.md5)


def test_what_is_imported_already_is_not_fetched_again(home, server):
    get("cifar10", url=server.url, md5=server.md5)
    with pytest.raises(SettingError, match="--replace"):
        get("cifar10", url=server.url, md5=server.md5)
    assert len(server.asked) == 1
    get("cifar10", url=server.url, md5=server.md5, replace=True)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:9/cifar.tar.gz", "Connection refused"),
        ("http://nowhere.invalid/cifar.tar.gz", "cannot download"),
        ("file:///etc/hostname", "expected an address that begins with https://"),
    ],
)
def test_without_a_network_the_offline_way_is_named(tmp_path, url, words):
    done = subprocess.run(
        [sys.executable, "-m", "nasedu", "data", "get", "cifar10", "--url", url],
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


def test_what_the_server_answers_in_place_of_the_file_is_said(tmp_path, server):
    server.content = b""
    with pytest.raises(DataError, match=r"HTTP Error 416: .*without a network"):
        fetch(server.url, tmp_path / "x.tar.gz", server.md5, "cifar10")


def test_add_takes_the_archive_and_its_folder_but_calls_only_the_official_one_so(
    home, tmp_path, archive
):
    with tarfile.open(archive) as tar:  # by hand: Python below 3.11.4 knows no filters
        for member in filter(tarfile.TarInfo.isfile, tar.getmembers()):
            path = tmp_path / "unpacked" / member.name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(tar.extractfile(member).read())
    add("packed", archive)
    add("folder", tmp_path / "unpacked")
    add("inner", tmp_path / "unpacked" / "cifar-10-batches-bin", title="Mine")
    packed, folder, inner = map(load, ("packed", "folder", "inner"))
    assert [data.title for data in (packed, folder, inner)] == ["packed", "folder", "Mine"]
    for other in (folder, inner):
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
