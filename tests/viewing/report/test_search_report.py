import os
import unicodedata
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest
from evaluators import CELLS, SPACE, Counted, CountedCells, Misbehaving

from nasedu.controller import make_strategy
from nasedu.errors import DrawingError, StudyError
from nasedu.runs import Study
from nasedu.searching import search
from nasedu.viewing import write_report
from nasedu.viewing.drawings import dot_drawing
from nasedu.viewing.report import run_summary

VOID = {"meta", "img", "br", "hr", "link", "input"}


class Page(HTMLParser):
    """What a test asks of a page: its elements with their attributes, and its text."""

    def __init__(self, path):
        super().__init__()
        self.elements, self.open, self.words, self.by_heading = [], [], [], {}
        self.source = path.read_text(encoding="utf-8")
        self.feed(self.source)
        assert self.open == []  # everything is closed

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.words.append(data)

    @property
    def text(self):
        return " ".join(" ".join(self.words).split())

    def all(self, tag):
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def drawings(self):
        return [image for image in self.all("img") if "image/svg+xml" in image["src"]]


class Images(Counted):
    """Looks like training on images, so that the command line could go on with it."""

    @property
    def settings(self):
        return {**super().settings, "kind": "images", "data": "digits", "num_classes": 10}


def run(folder, evaluator=None, strategy="reinforce", trials=16, events=None, space=SPACE):
    running = search(
        space,
        make_strategy(strategy, space.decisions, 0),
        trials=trials,
        batch=4,
        workers=1,
        run=folder,
        evaluate=evaluator or Images(),
    )
    for count, _ in enumerate(running, start=1):
        if count == events:
            running.close()
            break
    return Study(folder)


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    folder = tmp_path_factory.mktemp("runs") / "first"
    study = run(folder)
    return study, folder, write_report(study, folder)


@pytest.fixture
def page(finished):
    return Page(finished[2])


@pytest.fixture
def quick(monkeypatch):
    """Figures are made, but not drawn dot by dot: `finished` has done that."""
    monkeypatch.setattr(run_summary, "png_of", lambda figure: b"\x89PNG")


def test_it_says_what_was_searched_on_which_data_and_how_it_ended(page):
    assert "REINFORCE on made-up rewards" in page.text
    assert "16 convolutional networks of 2 layers, each trained for 2 epochs" in page.text
    assert "10 images and measured on 5 others" in page.text
    assert "Finished: 16 of 16 children." in page.text


def test_it_says_what_seems_amiss_with_its_evidence(page, tmp_path, quick):
    assert "16 children finished: too few for a diagnosis." in page.text
    failing = run(tmp_path / "failing", Misbehaving(raises=range(2, 16, 3)))
    found = Page(write_report(failing, tmp_path)).text
    assert "Many children fail" in found and "Next: Look at child 2" in found
    assert "5 of 16 failed (31 %); the commonest reason, 5 times: ValueError: no such luck" in found


def test_nothing_comes_from_outside_the_page(page):
    for _, attributes in page.elements:
        for name in ("src", "href", "xlink:href", "data", "action"):
            assert attributes.get(name, "data:").startswith("data:")
    assert page.all("script") == page.all("link") == page.all("iframe") == []
    assert "url(" not in page.source and "@import" not in page.source


def test_every_picture_has_words(page):
    assert len(page.all("img")) == 11
    assert all(len(attributes["alt"]) > 20 for attributes in page.all("img"))
    assert len(page.drawings) == 5
    assert not any("class" in card for card in page.all("article"))  # side by side
    alts = {drawing["alt"][:38] for drawing in page.drawings}
    assert alts == {"A convolutional network of 2 layers, n"}


def test_alt_texts_state_findings(page):
    texts = " ".join(attributes["alt"] for attributes in page.all("img"))
    for words in ("Mean reward", "The best reward, ", "log(parameters) explains", "surest of"):
        assert words in texts
    assert "best for their size" in texts


def test_headings_are_in_order_and_there_is_one_title(page):
    levels = [int(tag[1]) for tag, _ in page.elements if tag in ("h1", "h2", "h3", "h4")]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_tables_have_headers_with_a_scope(page):
    assert page.all("html")[0]["lang"] == "en"
    assert len(page.all("table")) == len(page.all("caption")) == 8
    assert {attributes["scope"] for attributes in page.all("th")} == {"col", "row"}


def test_the_best_networks_are_different_and_in_order(finished, page):
    study, _, _ = finished
    table = page.source.split("<caption>Different")[1].split("</tbody>")[0]
    numbers = [
        int(row.split("<td")[1].split(">")[1].split("<")[0]) for row in table.split("<tr>")[2:]
    ]
    trials = {t.number: t for t in study.trials()}
    assert len({trials[n].tokens for n in numbers}) == 5
    rewards = [trials[n].reward for n in numbers]
    assert rewards == sorted(rewards, reverse=True)
    assert numbers[0] == study.best().number
    assert f"{study.best().outcome.num_parameters:,}" in table


def test_it_warns_that_the_best_of_many_is_too_good(page):
    assert "is the largest of many, and so it is too good" in page.text
    assert "The test images were not touched" in page.text


def test_configuration_and_versions_are_there(finished, page):
    import torch

    assert f"torch {torch.__version__.split('+')[0]}" in page.text
    assert "skip connections no" in page.text
    assert "seed 0" in page.text
    assert "filter heights 1, 3" in page.text


def test_pictures_lie_beside_it(finished):
    _, folder, path = finished
    assert path == folder / "report.html"
    names = {p.name for p in (folder / "pictures").iterdir()}
    figures = {"reward.png", "best.png", "size.png", "front.png", "curves.png"}
    figures |= {"probabilities.png"}
    assert names == figures | {f"best-{rank}.png" for rank in range(1, 6)}
    assert all(p.read_bytes().startswith(b"\x89PNG") for p in (folder / "pictures").iterdir())


def test_it_holds_no_absolute_path(finished):
    _, folder, path = finished
    text = path.read_text(encoding="utf-8")
    assert str(folder.parent) not in text
    assert str(Path.home()) + os.sep not in text
    assert "nasedu draw first:" in text


def test_commands_are_as_one_types_them_where_one_is(quick, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    study = run(Path("my runs/first"), trials=4)
    text = Page(write_report(study, Path("my runs/first"))).text
    assert f"nasedu draw 'my runs/first':{study.best().number}" in text
    assert "nasedu train 'my runs/first' --data digits --epochs 20" in text
    assert "nasedu export 'my runs/first' --html read.html" in text
    assert "nasedu resume 'my runs/first' --trials 8" in text


def test_an_unfinished_run_says_so_and_how_to_go_on(quick, tmp_path):
    study = run(tmp_path / "cut", events=8)
    text = Page(write_report(study, tmp_path / "cut")).text
    assert "Unfinished: 6 of 16 children." in text
    assert "Go on with the search: nasedu resume cut" in text


def test_a_run_without_a_finished_child_has_a_report(quick, tmp_path):
    study = run(tmp_path / "zero", events=1)
    page = Page(write_report(study, tmp_path / "zero"))
    assert "Unfinished: 0 of 16 children." in page.text
    assert "No child has finished yet." in page.text
    assert page.all("img") == []


def test_a_run_whose_children_all_failed_has_a_report(quick, tmp_path):
    study = run(tmp_path / "all", Misbehaving(raises=range(1, 5)), trials=4)
    page = Page(write_report(study, tmp_path / "all"))
    assert "Finished: 4 of 4 children, 4 of them failed." in page.text
    assert "Every child failed." in page.text
    assert "ValueError: no such luck 4 1, 2, 3, 4" in page.text


def test_failed_children_are_listed_with_their_reason(quick, tmp_path):
    study = run(tmp_path / "some", Misbehaving(raises=(2, 7)), trials=8)
    page = Page(write_report(study, tmp_path / "some"))
    assert "ValueError: no such luck 2 2, 7" in page.text
    assert any("2 of 8 failed" in attributes["alt"] for attributes in page.all("img"))


def test_a_study_is_read_once(quick, finished, tmp_path, monkeypatch):
    read, of = [], Study.trials
    monkeypatch.setattr(Study, "trials", lambda *given: read.append(given) or of(*given))
    write_report(finished[0], tmp_path)
    assert len(read) == 1


def test_random_search_has_no_controller_to_show(quick, tmp_path):
    study = run(tmp_path / "random", strategy="random", trials=4)
    text = Page(write_report(study, tmp_path / "random")).text
    assert "Random search on made-up rewards" in text
    assert "No probabilities of a controller are recorded." in text


class Hostile(Images):
    @property
    def settings(self):
        title = "<script>alert('1')</script> & \"co\" \x1b[31m \x00 $\\frac{1$ 数字"
        return {**super().settings, "title": title}

    def __call__(self, trial):
        if trial.number == 1:
            raise ValueError("<img src=x onerror=alert(1)> \x1b]0;owned\x07 \udc80")
        return super().__call__(trial)


def test_whatever_comes_from_outside_is_escaped(quick, tmp_path):
    page = Page(write_report(run(tmp_path / "a<b", Hostile(), trials=8), tmp_path / "a<b"))
    assert page.all("script") == []
    assert all("onerror" not in attributes for _, attributes in page.elements)
    assert "<script>alert('1')</script> & \"co\" \ufffd[31m" in page.text
    assert not any(unicodedata.category(c) in ("Cc", "Cs") for c in page.text)
    assert "nasedu resume 'a<b'" in page.text


def test_without_a_program_that_draws_networks_are_tables(quick, finished, tmp_path, monkeypatch):
    def no_renderer(*_):
        raise DrawingError("no program here draws DOT graphs")

    monkeypatch.setattr(dot_drawing, "render", no_renderer)
    page = Page(write_report(finished[0], tmp_path))
    assert page.drawings == []
    assert "layer filter inputs output parameters" in page.text


def test_a_report_is_replaced_as_a_whole(quick, finished, tmp_path):
    (tmp_path / "report.html").write_text("old")
    write_report(finished[0], tmp_path)
    assert Page(tmp_path / "report.html").text.startswith("REINFORCE on made-up rewards")
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_folder_that_cannot_be_written_is_one_clear_line(quick, finished, tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StudyError, match="cannot be written"):
        write_report(finished[0], tmp_path / "file")


@pytest.fixture(scope="module")
def cells(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cells")
    run(folder, CountedCells(), space=CELLS)
    return Study(folder), Page(write_report(Study(folder), folder))


def test_a_search_for_cells_says_so_in_words_of_its_data(cells):
    study, page = cells
    lead = "16 recurrent cells of base 2, each trained for 2 epochs on 2,000 words and measured"
    assert lead in page.text
    lowest = f"{study.best().outcome.valid_curve[0]:.1f}"
    assert f"Best validation perplexity {lowest}" in page.text
    assert "lower is better" in page.text
    assert "The validation perplexity of the best child is the lowest of many" in page.text
    for word in ("images", "accuracy", "network"):
        assert word not in page.text


def test_sizes_that_are_all_one_are_not_drawn(cells):
    _, page = cells
    assert "Nothing: all children have 17,512 parameters." in page.text
    assert not any("log(parameters)" in image["alt"] for image in page.all("img"))


def test_the_best_cells_are_drawn(cells):
    study, page = cells
    assert len(page.drawings) == 5
    assert f"Rank 1: child {study.best().number}" in page.text


def test_a_run_on_text_goes_on_and_is_trained_by_the_command_line(cells):
    _, page = cells
    assert "nasedu resume" in page.text and "nasedu draw" in page.text
    assert "nasedu train" in page.text
