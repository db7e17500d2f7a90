import pytest
from command_line import nasedu
from PIL import Image

from nasedu.data import load
from nasedu.errors import DataError, SettingError

QUICK = ("--epochs", "1", "--num-train", "60")


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    """A search whose best child was trained; its weights are in the search's folder."""
    folder = tmp_path_factory.mktemp("runs") / "first"
    size = ("--num-layers", "2", "--num-filters", "4")
    nasedu(
        "search", "--run", folder, "--trials", "2", "--batch", "2", "--workers", "1", *QUICK, *size
    )
    nasedu("train", folder, *QUICK)
    return folder


@pytest.fixture(scope="module")
def digits(tmp_path_factory):
    folder = tmp_path_factory.mktemp("digits")
    for number in range(2):
        Image.fromarray(load("digits").test.images[number, 0].numpy()).save(
            folder / f"{number}.png"
        )
    return sorted(folder.iterdir())


def test_a_child_of_a_search_is_trained_into_the_searchs_folder_and_goes_on_there(run):
    [folder] = (run / "trained").iterdir()
    assert (folder / "checkpoint.safetensors").exists()
    before = (folder / "outcome.json").stat().st_mtime_ns
    assert "test accuracy" in nasedu("train", run, *QUICK)
    assert (folder / "outcome.json").stat().st_mtime_ns == before
    nasedu("train", f"{run}:1", "--epochs", "2", "--num-train", "60")  # another training
    assert len([*(run / "trained").iterdir()]) == 2


def test_an_architecture_of_no_search_is_kept_only_where_that_is_said(tmp_path, run):
    from nasedu.searching import find_architecture

    (tmp_path / "net.json").write_text(find_architecture(str(run)).net.to_json())
    assert "--run FOLDER keeps them" in nasedu("train", tmp_path / "net.json", *QUICK)
    assert [path.name for path in tmp_path.iterdir()] == ["net.json"]


def test_it_says_class_and_confidence_of_every_image(run, digits):
    said = nasedu("predict", run, *digits).splitlines()
    assert "trained on Digits" in said[0] and len(said) == 3
    for path, line in zip(digits, said[1:], strict=True):
        _, _, rest = line.partition(f"{path}: ")
        shares = [float(part.split(")")[0]) for part in rest.split("(")[1:]]
        assert len(shares) == 3 and shares == sorted(shares, reverse=True) and sum(shares) <= 1.01
    assert "then" not in nasedu("predict", run, digits[0], "--top", "1")
    assert nasedu("predict", run, digits[0], "--invert") != nasedu("predict", run, digits[0])


def test_a_bad_image_among_good_ones_is_one_line(run, digits, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_text("no picture")
    with pytest.raises(DataError, match=r"bad\.png"):
        nasedu("predict", run, digits[0], bad)
    with pytest.raises(SettingError, match="--top is 0"):
        nasedu("predict", run, digits[0], "--top", "0")
