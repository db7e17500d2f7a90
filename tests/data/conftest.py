import io
import tarfile
import zipfile
import zlib
from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image


def encoded(mode="RGB", size=(8, 6), kind="PNG", seed=0, **options):
    """Bytes of a random picture; size is (width, height)."""
    width, height = size
    shape = (height, width) if mode == "L" else (height, width, 3)
    pixels = np.random.default_rng(seed).integers(0, 256, shape, dtype=np.uint8)
    file = io.BytesIO()
    Image.fromarray(pixels).convert(mode).save(file, kind, **options)
    return file.getvalue()


def picture_files(train=4, test=2, classes=("cat", "dog"), ending="png", **options):
    """A whole source: contents by path."""
    return {
        f"{split}/{name}/{i}.{ending}": encoded(seed=seed_of(split, name, i), **options)
        for split, count in (("train", train), ("test", test))
        for name in classes
        for i in range(count)
    }


def seed_of(*words):
    return zlib.crc32("/".join(map(str, words)).encode())


def write_folder(folder, files):
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def write_zip(path, files):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(zipfile.ZipInfo(name), content)
    return path


def member(name, content=b"", **fields):
    info = tarfile.TarInfo(name)
    info.size = len(content)
    for field, value in fields.items():
        setattr(info, field, value)
    return info, io.BytesIO(content)


def write_tar(path, files, more=()):
    """Write files, then more members as `member` gives them."""
    with tarfile.open(path, "w:gz" if path.name.lower().endswith("gz") else "w") as archive:
        for name, content in files.items():
            archive.addfile(*member(name, content))
        for info, content in more:
            archive.addfile(info, content)
    return path


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A data folder of the test's own."""
    monkeypatch.setenv("NASEDU_DATA", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="session")
def make():
    """Everything that makes a source of images."""
    return SimpleNamespace(
        encoded=encoded,
        files=picture_files,
        folder=write_folder,
        zip=write_zip,
        tar=write_tar,
        member=member,
    )
