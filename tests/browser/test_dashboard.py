"""The live dashboard as a student meets it: in JupyterLab, by mouse and by keyboard."""

import re
import time

import pytest
from awaiting import ended
from evaluators import SPACE, Counted

from nasedu.controller import make_strategy
from nasedu.runs import Study
from nasedu.searching import search
from nasedu.viewing import LiveSearch

expect = pytest.importorskip("playwright.sync_api").expect
Axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe

pytestmark = pytest.mark.browser

TRIALS, BATCH = 200, 4
CELLS = [
    """
    import time
    from pathlib import Path

    from evaluators import SPACE, Counted

    from nasedu.controller import make_strategy
    from nasedu.searching import search
    from nasedu.viewing import LiveSearch


    class Unhurried(Counted):
        def __call__(self, trial):
            time.sleep(0 if Path("hurry").exists() else 0.2)
            return super().__call__(trial)
    """,
    f"""
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    options = dict(trials={TRIALS}, batch={BATCH}, workers=1, evaluate=Unhurried())
    live = LiveSearch(search(SPACE, strategy, run="run", **options), name="REINFORCE")
    live
    """,
]


def undisturbed():
    strategy = make_strategy("reinforce", SPACE.decisions, 0)
    return search(SPACE, strategy, trials=TRIALS, batch=BATCH, workers=1, evaluate=Counted())


def serious(page, scope):
    """What axe-core finds wrong in a part of the page and calls serious or critical."""
    found = Axe().run(page, context=scope).response["violations"]
    return {
        rule["id"]: [node["html"] for node in rule["nodes"]]
        for rule in found
        if rule["impact"] in ("serious", "critical")
    }


@pytest.mark.slow
def test_pause_step_and_resume(page, lab):
    lab.run_all(page, "dashboard.ipynb", CELLS)
    view = page.locator(".jp-OutputArea-output")
    button = {name: view.get_by_role("button", name=name) for name in ("Pause", "Resume", "Step")}

    def expect_shown(numbers):
        expect(view.get_by_text(numbers, exact=True)).to_be_visible()

    def recorded():
        study = Study(lab.folder / "run")
        done = sum(trial.outcome is not None for trial in study.trials())
        updates = study.num_updates
        study.close()
        return done, updates

    def wait_for_record(updates):
        end = time.monotonic() + 600
        while recorded() != (BATCH * updates, updates):
            assert time.monotonic() < end, f"{recorded()} are recorded after {updates} batches"
            page.wait_for_timeout(100)

    expect_shown(re.compile(rf"^\d+ of {TRIALS} children, running$"))
    button["Pause"].click()
    expect_shown(re.compile("children, paused$"))
    done, updates = recorded()
    time.sleep(2)  # ten children
    assert recorded() == (done, updates)
    expect_shown(f"{done} of {TRIALS} children, paused")

    button["Step"].click()  # to the end of the batch
    updates += 1
    wait_for_record(updates)  # if only the update was left, the page shows the same as before
    expect_shown(f"{BATCH * updates} of {TRIALS} children, paused")
    button["Step"].focus()
    page.keyboard.press("Space")  # one more, whole
    updates += 1
    wait_for_record(updates)
    expect_shown(f"{BATCH * updates} of {TRIALS} children, paused")
    time.sleep(1)
    assert recorded() == (BATCH * updates, updates)

    expect(view.get_by_role("button")).to_have_text(["Resume", "Step", "Stop"])
    for tooltip in ("Pause or resume", "Train one batch", "End the search"):
        expect(view.get_by_title(tooltip)).to_be_enabled()
    expect(view.get_by_role("status")).to_contain_text(f"{BATCH * updates} of {TRIALS} children")
    expect(view.get_by_role("img", name="Mean reward")).to_be_visible()
    assert serious(page, ".jp-OutputArea-output .jupyter-widgets") == {}

    (lab.folder / "hurry").touch()
    page.keyboard.press("Shift+Tab")
    expect(button["Resume"]).to_be_focused()
    page.keyboard.press("Enter")
    expect_shown(f"{TRIALS} of {TRIALS} children, finished")
    for name in ("Pause", "Step"):
        expect(button[name]).to_be_disabled()
    *_, last = undisturbed()
    assert Study(lab.folder / "run").trials() == last.study.trials()


def test_its_static_twin(page):
    live = LiveSearch(undisturbed())
    ended(live)
    html = live._repr_mimebundle_()["text/html"]
    page.set_content(f"<html lang=en><title>Twin</title><main><h1>Twin</h1>{html}</main></html>")
    expect(page.get_by_text(f"{TRIALS} of {TRIALS} children; batch 50: mean")).to_be_visible()
    expect(page.get_by_role("img", name="Mean reward")).to_be_visible()
    assert serious(page, "main") == {}
