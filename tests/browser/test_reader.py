"""The page that reads what one draws, in a browser: by mouse and keyboard, its numbers torch's."""

import copy

import pytest
import torch
from torch import nn

from nasedu.architectures import ConvLayer, ConvNet
from nasedu.data import load
from nasedu.searching import FinalTraining, TrainedNetwork, train_final
from nasedu.training import Recipe
from nasedu.viewing.reader.reader_page import write_reader

expect = pytest.importorskip("playwright.sync_api").expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]

IMAGES = 100
GOOD = ConvNet((ConvLayer(3, 3, 16, (0,)), ConvLayer(3, 3, 16, (0, 1)), ConvLayer(3, 3, 24, (2,))))
ODD = ConvNet(  # everything that a child can do: even filters, strides, pools, loose ends, sizes
    (
        ConvLayer(2, 3, 5, (0,), stride_height=2),
        ConvLayer(3, 2, 0, (0, 1), operation="max"),
        ConvLayer(4, 1, 6, (1,), stride_width=3),
        ConvLayer(2, 2, 0, (0, 2), operation="average"),
        ConvLayer(1, 1, 7, (2, 4)),
    ),
    pool_after=(3,),
)
THREE = [(0.35, 0.25), (0.5, 0.18), (0.65, 0.27), (0.6, 0.42), (0.47, 0.48), (0.62, 0.55)]
THREE += [(0.66, 0.7), (0.52, 0.82), (0.34, 0.74)]


def written(folder, net, **fields):
    final = FinalTraining(net, "digits", Recipe(**fields))
    train_final(final, folder / "run")
    network = TrainedNetwork.load(folder / "run")
    return network, write_reader(network, folder / "read.html").as_uri()


@pytest.fixture(scope="module")
def good(tmp_path_factory):
    return written(tmp_path_factory.mktemp("good"), GOOD, epochs=15)


@pytest.fixture(scope="module", params=["channel", "image"])
def odd(request, tmp_path_factory):
    return written(
        tmp_path_factory.mktemp("odd"), ODD, epochs=1, num_train=100, whitening=request.param
    )


def in_halves(network):
    """Return a network's child with the weights that the page has."""
    child = copy.deepcopy(network.child)
    for module in child.modules():
        if isinstance(module, nn.Conv2d | nn.Linear):
            with torch.no_grad():
                module.weight.copy_(module.weight.half().float())
    return child


def read(page, address, images):
    page.goto(address)
    return torch.tensor(page.evaluate("all => all.map(reader.logits)", images.flatten(1).tolist()))


def test_the_logits_are_those_of_torch_whatever_a_child_does(page, odd):
    network, address = odd
    images = load("digits").test.images[:IMAGES]
    expected = network.final.task.logits(in_halves(network), images)
    torch.testing.assert_close(read(page, address, images), expected, atol=1e-3, rtol=0)


def test_it_reads_test_digits_as_torch_does(page, good):
    network, address = good
    data = load("digits").test
    images, labels = data.images[:IMAGES], data.labels[:IMAGES]
    found, real = read(page, address, images), network.logits(images)
    expected = network.final.task.logits(in_halves(network), images)
    torch.testing.assert_close(found, expected, atol=1e-3, rtol=0)
    assert (found.argmax(1) == real.argmax(1)).sum() >= 99  # also as with weights of 32 bits
    assert (found.argmax(1) == labels).sum() >= 95


def test_what_the_mouse_draws_is_read_and_can_be_taken_back(page, good):
    page.goto(good[1])
    sheet = page.get_by_role("application", name="Sheet to draw on")
    box = sheet.bounding_box()
    points = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in THREE]
    expect(page.locator("#answer")).to_have_text("–")
    page.mouse.move(*points[0])
    page.mouse.down()
    for point in points[1:]:
        page.mouse.move(*point, steps=4)
    page.mouse.up()
    expect(page.locator("#answer")).to_have_text("3")
    expect(page.get_by_role("status")).to_contain_text("The network reads 3, with a confidence of")
    pixels = page.evaluate("reader.pixels()")
    assert len(pixels) == 64 and max(pixels) > 200 and min(pixels) == 0
    shown = page.evaluate("[...seen.getContext('2d').getImageData(0, 0, 8, 8).data]")
    assert shown[::4] == pixels
    row = page.locator("#classes tr").nth(3)
    assert int(row.locator(".share").inner_text().split()[0]) > 20
    page.get_by_role("button", name="Undo a stroke").click()
    expect(page.locator("#answer")).to_have_text("–")


def test_a_one_is_drawn_with_the_keyboard_alone(page, good):
    page.goto(good[1])
    page.keyboard.press("Tab")
    expect(page.get_by_role("application")).to_be_focused()
    page.keyboard.press("Space")
    expect(page.get_by_role("status")).to_have_text("The pen is down.")
    for _ in range(12):
        page.keyboard.press("ArrowDown")
    expect(page.get_by_role("status")).to_contain_text("The network reads 1")
    page.keyboard.press("Delete")
    expect(page.get_by_role("status")).to_have_text("Nothing is drawn yet.")
    for name in ("Undo a stroke", "Clear"):
        page.keyboard.press("Tab")
        expect(page.get_by_role("button", name=name)).to_be_focused()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", [(1366, 768), (1024, 700), (390, 844)])
def test_it_needs_nothing_else_fits_and_has_no_obstacles(browser, good, scheme, size):
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = browser.new_page(
        viewport={"width": size[0], "height": size[1]}, color_scheme=scheme, has_touch=True
    )
    asked, errors = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: errors.append(error))
    page.goto(good[1])
    page.touchscreen.tap(*[200, 300])
    assert asked == [good[1]] and errors == []
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    found = axe.Axe().run(page)
    assert found.response["violations"] == []
    page.close()
