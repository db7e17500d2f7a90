import json
import re
from dataclasses import replace

import pytest
import torch
from torch import nn

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.children import build
from nasedu.data import ImageData, LabelledImages
from nasedu.errors import SettingError
from nasedu.searching import FinalTraining, TrainedNetwork
from nasedu.training import ImageTask, Recipe
from nasedu.viewing.reader.reader_page import frame_of, reader_page, write_reader

NET = ConvNet((ConvLayer(3, 3, 4, (0,)), ConvLayer(2, 2, 0, (1,), operation="max")))
HOSTILE = '</script><script>alert("1")</script>'


def made_up(shape=(1, 8, 8), classes=("a", "b"), title="made up"):
    """Return images of so many classes whose upper half is the brighter the later the class."""
    labels = torch.arange(40) % len(classes)
    images = torch.zeros(40, *shape, dtype=torch.uint8)
    images[:, :, 2:6, 1:4] = (100 + 50 * labels)[:, None, None, None].byte()
    part = LabelledImages(images, labels)
    return ImageData("made-up", title, classes, part, part, 8, False, 0)


def network(data=None, child=None, **fields):
    """Return a network as if it had been trained."""
    data = data or made_up()
    task = ImageTask(data, Recipe(**fields))
    final = FinalTraining(NET, "digits")
    final.__dict__["task"] = task
    child = child or build(NET, **task.shape)
    record = {"data": {"title": data.title}, "outcome": {"test": 0.5}}
    return TrainedNetwork(None, final, child.eval(), record)


def test_the_page_is_one_file_without_anything_from_outside(tmp_path):
    path = write_reader(network(), tmp_path / "read.html")
    page = path.read_text(encoding="utf-8")
    assert page.startswith("<!DOCTYPE html>") and page.rstrip().endswith("</html>")
    assert not re.search(r"""(src|href|action)=["']|url\(|@import|https?:""", page)
    assert reader_page(network(child=build_same())) == reader_page(network(child=build_same()))


def build_same():
    torch.manual_seed(0)
    return build(NET, in_channels=1, num_classes=2)


def test_hostile_names_are_shown_as_text():
    page = reader_page(network(made_up(classes=(HOSTILE, "b"), title=HOSTILE)))
    assert HOSTILE not in page and page.count("</script>") == 4
    data = page.split('id="network">')[1].split("</script>")[0]
    assert json.loads(data)["classes"] == [HOSTILE, "b"]


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 40, 40)])
def test_images_that_nobody_draws_are_refused(shape):
    with pytest.raises(SettingError, match="--onnx"):
        reader_page(network(made_up(shape)))


def test_what_the_page_cannot_compute_is_refused_in_one_line():
    odd = build(NET, in_channels=1, num_classes=2)
    odd.blocks[0][2] = nn.GELU()
    grouped = build(NET, in_channels=1, num_classes=2)
    grouped.blocks[0][0] = nn.Conv2d(1, 4, 3, padding=1)  # with a bias
    huge = build(NET, in_channels=1, num_classes=2)
    huge.classifier.weight.data[0, 0] = 1e6
    cases = [(nn.Linear(64, 2), "Linear"), (odd, "GELU"), (grouped, "Conv2d"), (huge, "float16")]
    for child, name in cases:
        with pytest.raises(SettingError, match=name) as caught:
            reader_page(network(child=child))
        assert "--onnx" in str(caught.value) and "\n" not in str(caught.value)
    shifted = replace(made_up(), pad=2)
    with pytest.raises(SettingError, match="crops"):
        reader_page(network(shifted, augmentation="paper"))


def test_a_frame_says_where_things_lie():
    frame = frame_of(made_up().train.images)
    assert (frame.paper, frame.ink) == (0, 255)
    assert frame.fill == pytest.approx(4 / 8)
    assert frame.middle == (pytest.approx(4 / 8), pytest.approx(2.5 / 8))
    dark = frame_of(255 - made_up().train.images)
    assert (dark.paper, dark.ink) == (255, 0) and dark[2:] == frame[2:]
    assert frame_of(torch.zeros(3, 1, 8, 8, dtype=torch.uint8)).fill == 1
