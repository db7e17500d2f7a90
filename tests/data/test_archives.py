import gzip
import struct
import tarfile
import tracemalloc
import zipfile
import zlib

import pytest

from nasedu.data import archives
from nasedu.data.archives import archive_entries
from nasedu.errors import DataError

FILES = {"set/train/cat/0.png": b"abc", "set/test/cat/0.png": b"d"}
READ = {tuple(name.split("/")): content for name, content in FILES.items()}


def read(path):
    entries = archive_entries(path, lambda parts: True)
    return {parts: content for parts, content in entries if content is not None}


def stand_in(number, raw):
    return f"@{number}@".ljust(len(raw), "#")


def zipped(path, files, *, written, system=3):
    """Write a zip as other programs do: names as bytes of an encoding, without the flag."""
    with zipfile.ZipFile(path, "w") as archive:
        for number, (name, content) in enumerate(files.items()):
            info = zipfile.ZipInfo(stand_in(number, written(name)))
            info.create_system = system
            archive.writestr(info, content)
    packed = path.read_bytes()
    for number, name in enumerate(files):
        raw = written(name)
        packed = packed.replace(stand_in(number, raw).encode(), raw)
    path.write_bytes(packed)
    return path


@pytest.mark.parametrize("system", [0, 3, 10])
def test_a_zip_of_windows_has_backslashes(tmp_path, system):
    def windows(name):
        return name.replace("/", "\\").encode()

    files = {"set/": b"", "set/train/": b"", "set/train/cat/": b"", **FILES}
    path = zipped(tmp_path / "a.zip", files, written=windows, system=system)
    entries = dict(archive_entries(path, lambda parts: True))
    assert {parts: content for parts, content in entries.items() if content is not None} == READ
    assert entries["set", "train", "cat"] is None


def test_a_tar_may_have_backslashes(tmp_path, make):
    path = make.tar(tmp_path / "a.tar", {n.replace("/", "\\"): c for n, c in FILES.items()})
    assert read(path) == READ


@pytest.mark.parametrize("name", ["猫", "Füchse", "кошка", "日本"])
def test_names_in_utf8_are_read_with_the_flag_and_without(tmp_path, make, name):
    files = {f"train/{name}/0.png": b"abc"}
    plain = zipped(tmp_path / "plain.zip", files, written=str.encode)
    with zipfile.ZipFile(plain) as archive:
        assert not archive.infolist()[0].flag_bits & archives.UTF8_NAMES
    for path in (plain, make.zip(tmp_path / "a.zip", files), make.tar(tmp_path / "a.tar", files)):
        assert read(path) == {("train", name, "0.png"): b"abc"}


@pytest.mark.parametrize(
    ("name", "encoding", "system"),
    [
        ("狗", "gbk", 3),
        ("猫", "gbk", 0),  # its bytes are good UTF-8 for another word
        ("猫", "shift-jis", 3),
        ("Füchse", "cp850", 0),
        ("誠", "gbk", 3),
        ("кошка", "cp866", 10),
    ],
)
def test_folders_with_names_in_another_encoding_are_refused_with_the_way_out(
    tmp_path, name, encoding, system
):
    files = {f"train/{name}/0.png": b"abc"}
    path = zipped(tmp_path / "a.zip", files, written=lambda n: n.encode(encoding), system=system)
    with pytest.raises(DataError, match=r"is in an encoding .*unpack it and import the"):
        read(path)
    if system != archives.UNIX:
        return
    tar = tmp_path / "a.tar"
    with tarfile.open(tar, "w", format=tarfile.GNU_FORMAT, encoding=encoding) as archive:
        archive.addfile(tarfile.TarInfo(f"train/{name}/0.png"))
    with pytest.raises(DataError, match="is in an encoding"):
        read(tar)


@pytest.mark.parametrize("encoding", ["gbk", "cp1251"])
def test_a_name_in_unicode_beside_the_other_wins(tmp_path, encoding):
    name = "train/кот/0.png"
    raw = name.encode(encoding)
    field = struct.pack("<BL", 1, zlib.crc32(raw)) + name.encode()
    info = zipfile.ZipInfo(stand_in(0, raw))
    info.create_system = 0
    info.extra = struct.pack("<HHHHH", 0x9999, 2, 0, 0x7075, len(field)) + field
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(info, b"abc")
    packed = (tmp_path / "a.zip").read_bytes().replace(stand_in(0, raw).encode(), raw)
    (tmp_path / "a.zip").write_bytes(packed)
    assert read(tmp_path / "a.zip") == {("train", "кот", "0.png"): b"abc"}


def test_names_of_images_in_another_encoding_do_no_harm(tmp_path):
    path = zipped(tmp_path / "a.zip", {"train/cat/猫.png": b"x"}, written=lambda n: n.encode("gbk"))
    assert list(read(path).values()) == [b"x"]


def lying(path, declared, content):
    """A zip whose directory declares another size, with the sum of what that size would hold."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("train/cat/0.png", content)
    packed = bytearray(path.read_bytes())
    place = packed.index(b"PK\x01\x02")
    packed[place + 16 : place + 20] = struct.pack("<I", zlib.crc32(content[:declared]))
    packed[place + 24 : place + 28] = struct.pack("<I", declared)
    path.write_bytes(packed)
    return path


def test_a_zip_that_unpacks_to_more_than_it_says_is_not_unpacked(tmp_path):
    path = lying(tmp_path / "a.zip", 100, bytes(2**26))
    tracemalloc.start()
    assert [len(content) for content in read(path).values()] == [100]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert most < 2**23


def test_a_tar_gz_that_unpacks_to_more_than_it_says_is_not_unpacked(tmp_path):
    info = tarfile.TarInfo("train/cat/0.png")
    info.size = 100
    with gzip.open(tmp_path / "a.tgz", "wb", compresslevel=1) as file:
        file.write(info.tobuf())
        for _ in range(40):
            file.write(b"x" * 2**20)
    with pytest.raises(Exception, match=r"impossible size|invalid header|no end of archive"):
        read(tmp_path / "a.tgz")


def test_what_is_not_needed_is_not_read(tmp_path, make, monkeypatch):
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 600)
    files = {**FILES, "set/model.pt": b"m" * 2000}
    for path in (make.tar(tmp_path / "a.tar", files), make.zip(tmp_path / "a.zip", files)):
        entries = dict(archive_entries(path, lambda parts: "model.pt" not in parts))
        assert entries == {**READ, ("set", "model.pt"): b""}


def test_many_folders_do_not_add_up_to_a_large_header(tmp_path):
    """What a header may take must not grow from folder to folder."""
    folder = tarfile.TarInfo("train")
    folder.type = tarfile.DIRTYPE
    long = tarfile.TarInfo("header")
    long.type, long.size = tarfile.GNUTYPE_LONGNAME, 2**33
    with gzip.open(tmp_path / "a.tgz", "wb", compresslevel=1) as file:
        for _ in range(10):
            file.write(folder.tobuf())
        file.write(long.tobuf(tarfile.GNU_FORMAT))
        for _ in range(4):
            file.write(bytes(2**20))
    with pytest.raises(DataError, match="has a header of impossible size"):
        read(tmp_path / "a.tgz")
