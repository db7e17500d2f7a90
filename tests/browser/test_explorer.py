"""The explorer as a lecture has it: one file, opened from the disk, by mouse and by keyboard."""

import re
from pathlib import Path
from typing import ClassVar

import pytest
from evaluators import CELLS, CountedCells

from nasedu import ChoiceSpace, compare, draw, published, search
from nasedu.controller import make_strategy
from nasedu.spaces import ConvNetSpace
from nasedu.training import Outcome
from nasedu.training.measure import REWARD
from nasedu.viewing import explorer_of
from nasedu.viewing.explorer.explorer_page import Explorer, explorer_page
from nasedu.viewing.report.explored_run import explored_run
from nasedu.viewing.report.run_summary import RunSummary

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = pytest.mark.browser

SPACE = ConvNetSpace(3, filter_heights=(1, 3), filter_widths=(1, 3), num_filters=(4, 8))
SCRIPT = "<script>document['title']='stolen'</script>"
HOSTILE = SCRIPT + "<b onclick='x'>\"'&\x07"
SIZES = {"projector": (1024, 700), "laptop": (1366, 768), "phone": (390, 844)}


class OfImages:
    """Looks like training on images: many filters and connections pay, chance has a small part."""

    is_instant = True
    settings: ClassVar = {
        "kind": "double",
        "data": "none",
        "title": "made-up images",
        "shape": [1, 8, 8],
        "num_classes": 10,
        "num_train": 10,
        "num_valid": 5,
        "recipe": {"epochs": 2},
    }

    def prepare(self):
        pass

    def cost(self, trial):
        return 0

    def __call__(self, trial):
        if trial.number % 11 == 0:
            return Outcome.failed(f"{HOSTILE} in epoch 1")
        accuracy = 0.2 + sum(trial.tokens) / 20 + trial.seed % 1000 / 1e5
        size = 100 * (1 + sum(trial.tokens))
        return Outcome(accuracy**3, (accuracy / 2, accuracy), (2.0, 1.0), 0.5, size, 2 * size)


def searched(space, evaluate, strategy="reinforce", trials=48, lr=None):
    numbers = {"lr": lr} if lr else {}
    chooser = make_strategy(strategy, space.decisions, 3, **numbers)
    *_, last = search(space, chooser, evaluate=evaluate, trials=trials, batch=8, workers=1)
    return last.study


@pytest.fixture(scope="module")
def studies():
    own = ChoiceSpace({f"block {HOSTILE}": ("identity", HOSTILE), "from": ()}, num_layers=3)
    return {
        "images": searched(SPACE, OfImages(), lr=0.03),
        "random": searched(SPACE, OfImages(), "random"),
        "cells": searched(CELLS, CountedCells(), lr=0.03),
        "own": searched(own, lambda net: len(net["from"][2]) / 2, lr=0.03),
    }


@pytest.fixture
def opened(page, studies, tmp_path):
    """Return a function that opens an explorer; at last nothing must have gone wrong in it."""
    wrong = []
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text))
    page.on("request", lambda request: wrong.append(request.url))

    def open_(*names, explorer=None, size="projector"):
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        explorer = explorer or explorer_of(*(studies[name] for name in names))
        path = explorer.save(tmp_path / "explore.html")
        page.goto(path.as_uri())
        expect(page.get_by_role("heading", level=1)).to_be_attached()
        return [studies[name] for name in names]

    yield open_
    files = [one for one in wrong if not one.startswith(("file:///", "blob:"))]
    assert files == []


def numbers(scope):
    """Return what the first list of numbers in a part of the page says, by name."""
    names, values = (scope.locator(f"dl.numbers >> nth=0 >> {tag}") for tag in ("dt", "dd"))
    return dict(zip(names.all_inner_texts(), values.all_inner_texts(), strict=True))


def go_to(page, name):
    page.get_by_role("tab", name=name).click()


def test_rewind_by_mouse_says_what_the_study_says(page, opened):
    [study] = opened("images")
    trials, updates = study.trials(), study.updates()
    for _ in range(2):
        page.get_by_role("button", name="Step forward").click()
    expect(page.get_by_text("update 3 of 6", exact=True)).to_be_visible()
    stats, batch = updates[2].stats, study.trials(3)
    shown = numbers(page.get_by_role("tabpanel", name="Rewind"))
    assert shown["mean reward"] == REWARD.text(stats.mean_reward)
    assert shown["baseline"] == REWARD.text(stats.baseline)
    assert shown["entropy"] == f"{stats.entropy:.2f} nats"

    cards = page.get_by_role("list", name="Children of this update").get_by_role("button")
    assert cards.count() == len(batch) == 8
    for i, trial in enumerate(batch):
        label = cards.nth(i).get_attribute("aria-label")
        if trial.reward is None:
            assert label == f"Child {trial.number}, reward failed"
            continue
        advantage = trial.reward - stats.baseline
        assert label.startswith(f"Child {trial.number}, reward {REWARD.text(trial.reward)}, adv")
        assert float(label.rpartition(" ")[2].replace("−", "-")) == pytest.approx(
            advantage, abs=0.0006
        )

    strips = page.get_by_role("region", name="layer 2", exact=True).get_by_role("img")
    names = [d.name for d in SPACE.decisions if d.layer == 2]
    at = [i for i, d in enumerate(SPACE.decisions) if d.layer == 2]
    assert strips.count() == len(names)
    told = [t for t in batch if t.reward is not None]
    for k, t in enumerate(at):
        label = strips.nth(k).get_attribute("aria-label")
        shares = [round(100 * p) for p in stats.probabilities[t]]
        assert [int(share) for share in re.findall(r"(\d+) %", label)] == shares
        if not SPACE.decisions[t].is_anchor:
            chosen = [sum(one.tokens[t] == c for one in told) for c in range(len(shares))]
            assert [int(many) for many in re.findall(r"chosen (\d+) times", label)] == chosen

    cards.nth(1).click()
    expect(cards.nth(1)).to_have_attribute("aria-pressed", "true")
    detail = page.get_by_role("region", name="The chosen child")
    expect(detail.get_by_role("heading", level=2)).to_have_text(f"Child {batch[1].number}")
    outcome = trials[batch[1].number - 1].outcome
    assert numbers(detail)["reward"] == REWARD.text(outcome.reward)
    assert numbers(detail)["parameters"] == f"{outcome.num_parameters:,}"
    cells = page.get_by_role("region", name="layer 2", exact=True).locator(".cell.chosen")
    assert cells.count() >= 3  # its filter and its number of filters are outlined


def test_play_goes_to_the_end_and_pauses(page, opened):
    opened("images")
    page.get_by_label("speed").select_option("64")
    page.get_by_role("button", name="Play").click()
    expect(page.get_by_text("update 6 of 6", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.get_by_role("status").first).to_contain_text("Update 6: mean reward")
    page.get_by_label("speed").select_option("1")
    page.get_by_role("button", name="Play").click()  # from the start again
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    expect(page.get_by_text("update 1 of 6", exact=True)).to_be_visible()


def test_everything_by_keyboard_alone(page, opened):
    [study] = opened("images")
    press = page.keyboard.press
    press("Tab")
    expect(page.get_by_role("tab", name="Rewind")).to_be_focused()
    press("Tab")
    expect(page.get_by_role("tabpanel", name="Rewind").get_by_role("button").first).to_be_focused()
    slider = page.get_by_role("slider", name="Update")
    while not slider.evaluate("one => one === document.activeElement"):
        press("Tab")
    press("End")
    expect(page.get_by_text("update 6 of 6", exact=True)).to_be_visible()
    press("ArrowLeft")
    expect(slider).to_have_attribute("aria-valuetext", re.compile("^Update 5: mean reward"))

    press("Tab")  # into the batch: one stop, in which the arrow keys move
    press("ArrowRight")
    press("Enter")
    child = study.trials(5)[1]
    detail = page.get_by_role("region", name="The chosen child")
    title = detail.get_by_role("heading", level=2)
    expect(title).to_have_text(f"Child {child.number}")
    press("Tab")  # past the batch
    expect(detail.get_by_role("button", name="Pin to compare")).to_be_focused()
    press("Enter")
    expect(page.get_by_role("tab", name="Compare (1 pinned)")).to_be_visible()
    press("Tab")
    expect(detail.locator(".part").first).to_be_focused()
    press("ArrowDown")
    part = detail.get_by_role("button", name=re.compile("^layer 1: "))
    expect(part).to_be_focused()
    expect(detail.locator(".told")).to_contain_text("layer 1")
    assert detail.locator(".reader").count() >= 1 and detail.locator(".source").count() == 1

    for _ in range(30):  # back to the tabs
        if page.get_by_role("tab", name="Rewind").evaluate("one => one === document.activeElement"):
            break
        press("Shift+Tab")
    press("ArrowRight")
    plane = page.get_by_role("application")
    expect(plane).to_be_visible()
    while not plane.evaluate("one => one === document.activeElement"):
        press("Tab")
    press("ArrowRight")
    press("ArrowRight")
    expect(page.get_by_role("status").last).to_have_text(
        re.compile(r"^child \d+: parameters .*, validation accuracy 0\.\d+$")
    )
    chosen = title.inner_text()
    press("Enter")
    expect(detail).to_be_focused()
    press("Tab")
    press("Enter")  # pins the second
    expect(page.get_by_role("tab", name="Compare (2 pinned)")).to_have_attribute(
        "aria-selected", "true"
    )
    panel = page.get_by_role("tabpanel", name="Compare")
    expect(panel.get_by_role("heading", level=3)).to_have_text([f"Child {child.number}", chosen])


def test_dots_list_their_children_and_the_front_is_the_studys(page, opened):
    [study] = opened("images")
    go_to(page, "All children")
    finished = [t for t in study.trials() if t.reward is not None]
    label = f"{len(finished)} children: parameters across, validation accuracy up"
    plane = page.get_by_role("application", name=label)
    expect(plane).to_be_visible()
    best = max(finished, key=lambda t: (t.reward, -t.number))
    rows = page.get_by_role("region", name="Children in a list").get_by_role("button")
    accuracy = max(best.outcome.valid_curve)
    expect(rows.first).to_contain_text(f"Child {best.number}")
    expect(rows.first).to_contain_text(f"validation accuracy {accuracy:.3f}")
    page.get_by_label("Axis across").select_option(label="number of the child")
    page.get_by_label("Axis up").select_option(label="layer 2: filters")
    expect(page.get_by_role("application")).to_have_attribute(
        "aria-label", "48 children: number of the child across, layer 2: filters up"
    )
    box = plane.bounding_box() if plane.count() else page.get_by_role("application").bounding_box()
    page.mouse.click(box["x"] + 64 + 6, box["y"] + box["height"] / 4)
    page.get_by_role("application").focus()
    page.keyboard.press("Home")
    title = page.get_by_role("region", name="The chosen child").get_by_role("heading", level=2)
    expect(title).to_have_text("Child 1")
    expect(page.get_by_role("heading", name=re.compile(r"^\d+ child(ren)? here$"))).to_be_visible()


def test_two_pinned_children_show_what_differs(page, opened):
    [study] = opened("images")
    batch = study.trials(1)
    cards = page.get_by_role("list", name="Children of this update").get_by_role("button")
    for i in (0, 1):
        cards.nth(i).click()
        page.get_by_role("button", name="Pin to compare").click()
    nets = [SPACE.decode(trial.tokens) for trial in batch[:2]]
    layers = zip(nets[0].layers, nets[1].layers, strict=True)
    own = {f"layer {i}" for i, (a, b) in enumerate(layers, start=1) if a != b}
    if nets[0].loose_ends != nets[1].loose_ends or nets[0].layers[-1] != nets[1].layers[-1]:
        own.add("classifier")
    panel = page.get_by_role("tabpanel", name="Compare")
    rows = panel.get_by_role("table").locator("tbody tr")
    shown = {row.locator("th").inner_text() for row in rows.all()} - {"the child"}
    assert own - {"classifier"} <= shown <= own | {"classifier"}
    expect(panel.get_by_role("heading", level=2)).to_have_text(
        f"{len(shown)} parts differ" if len(shown) != 1 else "1 part differs"
    )
    marked = panel.locator(".pair section").first.locator(".part.differs")
    assert marked.count() == len(shown)
    panel.get_by_role("button", name="Unpin").first.click()
    expect(page.get_by_role("tab", name="Compare (1 pinned)")).to_be_visible()


def test_two_runs_share_the_slider_and_the_plane(page, opened):
    first, second = opened("images", "random", size="laptop")
    page.get_by_role("slider", name="Update").fill("4")
    for study, name in ((first, "REINFORCE"), (second, "Random search")):
        region = page.get_by_role("region", name=f"{name} on made-up images", exact=True)
        shown = numbers(region)
        assert shown["mean reward"] == REWARD.text(study.updates()[3].stats.mean_reward)
    expect(page.get_by_text("This strategy keeps no probabilities")).to_be_visible()
    go_to(page, "All children")
    count = sum(t.reward is not None for s in (first, second) for t in s.trials())
    expect(page.get_by_role("application", name=f"{count} children: ")).to_be_visible()


def test_hostile_texts_show_as_text(page, opened):
    opened("own")
    assert page.title() != "stolen"
    expect(page.get_by_text(SCRIPT).first).to_be_visible()
    assert page.locator("b[onclick], script:not([type])").count() == 0
    opened("images")
    page.get_by_role("slider", name="Update").fill("2")
    page.get_by_role("button", name=re.compile("^Child 11, ")).click()
    reason = page.get_by_role("region", name="The chosen child").locator(".failed")
    expect(reason).to_contain_text(f"It failed: {SCRIPT}")
    assert page.title() != "stolen"


def test_a_drawing_alone_answers(page, opened):
    opened(explorer=draw(published.NAS_CELL).explore())
    page.get_by_role("button", name=re.compile("^node 9: ")).hover()
    told = page.locator(".told")
    expect(told).to_contain_text("node 9")
    expect(told).to_contain_text("nodes 2, 3")
    both = compare(published.NAS_CNN_V1, published.NAS_CNN_V1_CHAIN, names=("paper", "chain"))
    opened(explorer=both.explore())
    expect(page.get_by_role("heading", level=3)).to_have_text(["Paper", "Chain"])
    expect(page.get_by_role("heading", name="parts differ")).to_be_visible()


def test_a_notebook_shows_it_in_a_frame(page):
    bundle = draw(published.NAS_CELL).explore()._repr_mimebundle_()
    page.set_content(f"<html lang=en><title>Cell</title><main>{bundle['text/html']}</main></html>")
    frame = page.frame_locator("iframe")
    frame.get_by_role("button", name=re.compile("^node 14: ")).hover()
    expect(frame.locator(".told")).to_contain_text("node 14")


def test_a_diagnosis_has_a_tab_of_its_own(page, opened, studies):
    run = explored_run(RunSummary(studies["images"], Path()))
    run["diagnosis"] = [["It settled.", "The last two batches hold one network.", f"A {SCRIPT}"]]
    opened(explorer=Explorer(explorer_page("One", {"title": "One", "runs": [run]}), ""))
    go_to(page, "Diagnosis")
    panel = page.get_by_role("tabpanel", name="Diagnosis")
    expect(panel.get_by_role("heading", name="It settled.")).to_be_visible()
    expect(panel).to_contain_text(f"Next: A {SCRIPT}")
    assert serious(page) == {}


def serious(page):
    """What axe-core finds wrong in the page and calls serious or critical."""
    found = Axe().run(page).response["violations"]
    return {
        rule["id"]: [node["html"][:200] for node in rule["nodes"]]
        for rule in found
        if rule["impact"] in ("serious", "critical")
    }


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_nothing_serious_is_wrong_with_it_at_any_size(page, opened, size, scheme, screenshots):
    page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for names in (("images",), ("cells", "random"), ("own",)):
        opened(*names, size=size)
        for tab in page.get_by_role("tab").all_inner_texts():
            go_to(page, tab)
            kept = f"explorer, {' and '.join(names)}, {tab}, {size}, {scheme}.png"
            page.screenshot(path=screenshots / kept)
            assert serious(page) == {}, (names, tab)
        overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(overflow) <= 0, names


@pytest.mark.parametrize("names", [("images",), ("cells",), ("images", "random")])
def test_no_number_of_a_card_is_cut_off(page, opened, names):
    for size in SIZES:
        opened(*names, size=size)
        cut = "all => all.filter(one => one.scrollWidth > one.clientWidth + 1).length"
        assert page.locator(".card .reward, .card .advantage").evaluate_all(cut) == 0, size


def test_at_a_projectors_size_an_update_is_seen_at_once(page, opened):
    opened("images")
    for part in (".controls", ".timeline", ".batch", ".policy", ".drawing"):
        assert page.locator(part).first.bounding_box()["y"] < 650
    assert page.locator(".batch").bounding_box()["height"] < 160  # eight children in a row
