import gzip
import os
import tarfile
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nasedu.data import archives
from nasedu.data.source import content_of, is_litter, read_source
from nasedu.errors import DataError

FILES = {
    "set/train/cat/0.png": b"abc",
    "set/train/dog/0.png": b"d" * 700,
    "set/test/cat/0.png": b"",
    "set/README.md": b"hello",
}
READ = {tuple(name.split("/")): content for name, content in FILES.items()}
README = ("set", "README.md")
NEEDED = {**READ, README: b""}  # in an archive, what is neither an image nor a text is not read


def files_of(source):
    entries = source.entries.items()
    return {parts: content_of(content) for parts, content in entries if content is not None}


def refused(path, match):
    """The source is refused in one line that names it."""
    with pytest.raises(DataError, match=match) as caught:
        read_source(path)
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)


@pytest.mark.parametrize("ending", ["zip", "tar", "tar.gz", "tgz", "TGZ"])
def test_archives_of_every_kind(tmp_path, make, ending):
    path = tmp_path / f"a.{ending}"
    (make.zip if ending == "zip" else make.tar)(path, FILES)
    assert files_of(read_source(path)) == NEEDED


def test_a_folder_and_its_links(tmp_path, make):
    folder = make.folder(tmp_path / "top", FILES)
    elsewhere = make.folder(tmp_path / "elsewhere", {"1.png": b"linked"})
    (folder / "set/train/cat/1.png").symlink_to(elsewhere / "1.png")
    entries = files_of(read_source(folder))
    assert entries.pop(("set", "train", "cat", "1.png")) == b"linked"
    assert entries == READ


def test_a_folder_is_not_read_beyond_train_and_test(tmp_path, make):
    files = {**FILES, "set/other/deep/secret.png": b"x", "more/deep/er.png": b"x"}
    entries = read_source(make.folder(tmp_path / "top", files)).entries
    assert entries["set", "other"] is None
    assert not [parts for parts in entries if "secret.png" in parts or "er.png" in parts]


LITTER = [
    ("set/train/cat/.DS_Store", ".DS_Store"),
    ("__MACOSX/set/train/cat/._0.png", "__MACOSX"),
    ("set/train/cat/Thumbs.db", "Thumbs.db"),
    ("set/train/thumbs.db", "thumbs.db"),
    ("set/train/cat/Desktop.ini", "Desktop.ini"),
    ("set/train/cat/0.png:Zone.Identifier", "0.png:Zone.Identifier"),
    ("set/train/@eaDir/cat/0.png@SynoEAStream", "@eaDir"),
    ("lost+found/#1234", "lost+found"),
    ("set/train/lost+found/#1234", "lost+found"),
    ("$RECYCLE.BIN/a/b", "$RECYCLE.BIN"),
    ("set/train/.ipynb_checkpoints/0.png", ".ipynb_checkpoints"),
]


@pytest.mark.parametrize(("name", "counted"), LITTER)
def test_what_systems_leave_behind_is_passed_over_and_counted(tmp_path, make, name, counted):
    for path in (
        make.tar(tmp_path / "a.tar", {**FILES, name: b"junk"}),
        make.zip(tmp_path / "a.zip", {**FILES, name: b"junk"}),
        make.folder(tmp_path / "top", {**FILES, name: b"junk"}),
    ):
        source = read_source(path)
        assert files_of(source).keys() == READ.keys()
        assert source.litter == {counted: 1}


@pytest.mark.parametrize("name", [".net", "cat.png", "index", "Thumbs", "lost", "git", "zone"])
def test_what_may_be_data_is_no_litter(name):
    assert not is_litter(name)


def test_a_folder_that_may_not_be_read_stops_nothing_if_it_is_not_needed(
    tmp_path, make, monkeypatch
):
    """As lost+found at the top of a disk, whose rights are those of root."""
    files = {**FILES, "private/a": b"x", "set/other/a": b"x", "lost+found/a": b"x"}
    folder = make.folder(tmp_path / "top", files)
    looked = Path.iterdir

    def denied(path):
        if path.name in ("private", "other", "lost+found"):
            raise PermissionError(13, "Permission denied", str(path))
        return looked(path)

    monkeypatch.setattr(Path, "iterdir", denied)
    source = read_source(folder)
    assert files_of(source).keys() == READ.keys()
    assert source.closed == (folder / "private",)
    (folder / "set/train/cat").rename(folder / "set/train/other")
    refused(folder, r"cannot read .*other \(Permission denied\); check its permissions")


OUTSIDE = [
    "/etc/cat.png",
    "../cat.png",
    "set/../../cat.png",
    "..",
    "C:/cat.png",
    "set\\..\\cat.png",
    "\\cat.png",
]


@pytest.mark.parametrize("name", OUTSIDE)
def test_paths_that_leave_the_archive(tmp_path, make, name):
    for path in (
        make.tar(tmp_path / "a.tar", FILES, [make.member(name, b"x")]),
        make.zip(tmp_path / "a.zip", {**FILES, name: b"x"}),
    ):
        refused(path, "lies outside of its folder; the whole archive is refused")


@pytest.mark.parametrize(
    "kind",
    [tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE, b"Z"],
)
def test_links_and_devices_in_a_tar(tmp_path, make, kind):
    fields = {"type": kind, "linkname": "set/train/cat/0.png"}
    path = make.tar(tmp_path / "a.tar", FILES, [make.member("set/train/cat/9.png", **fields)])
    refused(path, r"'set/train/cat/9.png' is a link, a device or a sparse file")


@pytest.mark.parametrize("mode", [0o120777, 0o020644, 0o010644])
def test_links_and_devices_in_a_zip(tmp_path, mode):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as archive:
        info = zipfile.ZipInfo("train/cat/0.png")
        info.external_attr = mode << 16
        archive.writestr(info, "../../elsewhere")
    refused(path, "'train/cat/0.png' is a link or a device")


@pytest.mark.parametrize("again", ["set/train/cat/0.png", "./set//train/cat/0.png"])
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_paths_that_repeat(tmp_path, make, again):
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for name in (*FILES, again):
            archive.writestr(name, b"x")
    for path in (
        make.tar(tmp_path / "a.tar", FILES, [make.member(again, b"other")]),
        tmp_path / "a.zip",
    ):
        refused(path, "'set/train/cat/0.png' is there twice")


def test_folders_may_repeat(tmp_path, make):
    folder = {"type": tarfile.DIRTYPE}
    more = [make.member("set/train", **folder), make.member("./set/train/", **folder)]
    assert files_of(read_source(make.tar(tmp_path / "a.tar", FILES, more))) == NEEDED


@pytest.mark.parametrize("ending", ["zip", "tar", "tgz"])
def test_a_file_beyond_the_limit(tmp_path, make, monkeypatch, ending):
    monkeypatch.setattr(archives, "MAX_FILE_BYTES", 600)
    path = (make.zip if ending == "zip" else make.tar)(tmp_path / f"a.{ending}", FILES)
    refused(path, "'set/train/dog/0.png' takes 700 bytes; expected at most 600 per file")


def test_a_file_of_a_folder_beyond_the_limit(tmp_path, make):
    folder = make.folder(tmp_path / "top", FILES)
    path = folder / "set/train/dog/0.png"
    os.truncate(path, archives.MAX_FILE_BYTES + 1)
    with pytest.raises(DataError, match=r"'0.png' takes 67,108,865 bytes; expected at most"):
        files_of(read_source(folder))


@pytest.mark.parametrize(("limit", "value"), [("MAX_TOTAL_BYTES", 705), ("MAX_ENTRIES", 3)])
def test_all_files_together_beyond_the_limit(tmp_path, make, monkeypatch, limit, value):
    monkeypatch.setattr(archives, limit, value)
    refused(make.tar(tmp_path / "a.tar", FILES), "holds more than")


def test_a_bomb_of_zeros_is_not_unpacked(tmp_path):
    path = tmp_path / "a.tgz"
    info = tarfile.TarInfo("train/cat/0.png")
    info.size = 2**40
    with gzip.open(path, "wb") as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
    refused(path, "takes 1,099,511,627,776 bytes")


@pytest.mark.parametrize("kind", [tarfile.XHDTYPE, tarfile.GNUTYPE_LONGNAME])
def test_a_bomb_in_a_header_is_not_unpacked(tmp_path, kind):
    """The reader of the standard library would take the whole header into memory."""
    path = tmp_path / "a.tgz"
    info = tarfile.TarInfo("header")
    info.type, info.size = kind, 2**33
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(info.tobuf(tarfile.GNU_FORMAT))
        for _ in range(4):
            file.write(bytes(2**20))
    refused(path, "has a header of impossible size")


def test_a_zip_that_is_encrypted_or_packed_in_odd_ways(tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr("train/cat/0.png", b"x" * 100)
    refused(path, "is compressed with method 14; expected a plain .zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("train/cat/0.png", b"x")
    content = bytearray(path.read_bytes())
    content[content.index(b"PK\x01\x02") + 8] |= 1  # the flag, in the central directory
    path.write_bytes(content)
    refused(path, "is encrypted")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), ending=st.sampled_from(["zip", "tar", "tgz"]))
def test_a_truncated_archive_is_never_taken_for_a_whole_one(tmp_path, make, share, ending):
    path = (make.zip if ending == "zip" else make.tar)(tmp_path / f"a.{ending}", FILES)
    content = path.read_bytes()
    path.write_bytes(content[: int(share * len(content))])
    try:
        assert files_of(read_source(path)) == NEEDED  # only padding was cut off
        assert ending == "tar" and share > 0.4
    except DataError as error:
        assert "is damaged, truncated or of another kind" in str(error)


def test_a_tar_that_ends_between_two_files_or_has_a_damaged_header(tmp_path, make):
    path = make.tar(tmp_path / "a.tar", FILES)
    content = path.read_bytes()
    second = content.index(b"set/train/dog")
    path.write_bytes(content[:second])
    refused(path, "no end of archive")
    path.write_bytes(content[:second] + b"?" + content[second + 1 :])
    refused(path, "is damaged")


def test_damaged_content_of_a_compressed_archive(tmp_path, make):
    for path in (make.zip(tmp_path / "a.zip", FILES), make.tar(tmp_path / "a.tgz", FILES)):
        content = bytearray(path.read_bytes())
        content[len(content) // 2] ^= 255
        path.write_bytes(content)
        refused(path, "is damaged")


def test_what_is_no_archive(tmp_path):
    refused(tmp_path / "missing.zip", "there is no file or folder")
    (tmp_path / "a.rar").write_bytes(b"x")
    refused(tmp_path / "a.rar", "is of an unknown kind; expected a folder or one of .zip, .tar")
    for name in ("a.zip", "a.tar", "a.tgz", "b.tar"):
        (tmp_path / name).write_bytes(b"" if name == "b.tar" else b"no archive at all" * 100)
        refused(tmp_path / name, "of another kind than its name says")


def test_a_pipe_in_a_folder_is_not_waited_for(tmp_path, make):
    folder = make.folder(tmp_path / "top", FILES)
    try:
        os.mkfifo(folder / "set/train/cat/9.png")
    except (AttributeError, OSError):
        pytest.skip("no named pipes here")
    refused(folder, "is neither a file nor a folder; remove it")


def test_rights_that_are_missing(tmp_path, make, monkeypatch):
    path = make.tar(tmp_path / "a.tar", FILES)

    def denied(*_):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "open", denied)
    refused(path, r"cannot read .* \(Permission denied\); check its permissions")
