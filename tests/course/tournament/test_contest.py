"""A tournament: its processes are real ones, so that each test of one takes seconds."""

import os
from html import unescape
from pathlib import Path
from shutil import copy
from textwrap import dedent

import numpy as np
import pytest
from hostile import attack
from small_tables import made_up

from nasedu.controller import LocalSearch, RandomSearch
from nasedu.course.tournament import Entry, Rules, Tournament, play
from nasedu.course.tournament.contest import HOUSE, contestants_in
from nasedu.course.tournament.contestant import Contestant, ContestantError
from nasedu.course.tournament.ranking_page import write_page
from nasedu.errors import SettingError
from nasedu.searching import search_many
from nasedu.spaces import ConvNetSpace
from nasedu.tables import TabularEvaluator

EXAMPLES = Path(__file__).parents[3] / "docs" / "tournament"
SPACE = ConvNetSpace(2, (1, 3, 5), (1, 3, 5), (2, 4))  # 648 networks
TABLE = made_up(SPACE)
RULES = Rules(games=6, trials=20, batch=8, seconds=100)

FIXED = """
class Fixed:
    def __init__(self, decisions):
        self.decisions = decisions
    def ask(self, n, *, generator):
        return [[0] * len(self.decisions)] * n
    def tell(self, tokens, rewards):
        pass
def make(decisions, seed):
    return Fixed(decisions)
"""


def written(folder, **files):
    for name, text in files.items():
        (folder / f"{name}.py").write_text(dedent(text))
    return folder


@pytest.mark.slow
def test_our_strategies_play_the_same_tournament_again_from_its_seed(tmp_path):
    for path in EXAMPLES.glob("*.py"):
        copy(path, tmp_path)
    first, second = (list(play(tmp_path, TABLE, RULES, seed=11)) for _ in range(2))
    names = [entry.name for entry in first]
    assert names == [HOUSE, "evolution", "local_search", "random_search", "reinforce"]
    assert all(entry.has_played for entry in first), [entry.sentence for entry in first]
    assert [entry.scores.tolist() for entry in first] == [e.scores.tolist() for e in second]


def test_a_game_is_a_search_of_the_table_under_other_names(tmp_path):
    """It finds what the same strategy finds on the table: a disguise takes nothing away."""
    rules = Rules(games=40, trials=64)
    copy(EXAMPLES / "local_search.py", tmp_path)
    [house, entry] = play(tmp_path, TABLE, rules, seed=1)
    decisions, options = SPACE.decisions, {"seeds": range(40), "trials": 64}
    evaluator = TabularEvaluator(TABLE)
    plain = search_many(lambda seed: LocalSearch(decisions), evaluator, **options)
    best = TABLE.best[0][plain].max(1)
    error = np.hypot(best.std(), entry.scores.std()) / 40**0.5
    assert entry.scores.mean() == pytest.approx(best.mean(), abs=4 * error)
    drawn = search_many(lambda seed: RandomSearch(decisions), evaluator, **options)
    assert house.scores.tolist() == TABLE.best[0][drawn].max(1).tolist()


HIDDEN = "try:\n    from nasedu.tables import NetworkTable\nexcept BaseException:\n    pass\n"


@pytest.mark.slow
def test_who_does_not_play_by_the_rules_is_out_and_the_rest_goes_on(tmp_path):
    """Each in a process that really hangs, ends, cheats or wants too much."""
    written(
        tmp_path,
        a_cheats=HIDDEN + FIXED,
        b_hangs=FIXED.replace("pass", "while True: pass"),
        c_ends="import os\nos._exit(7)",
        d_wants="def make(decisions, seed): return bytearray(2**33)",
        e_plays=FIXED,
        f_raises=FIXED.replace("pass", "1 / 0"),
    )
    rules = Rules(games=2, trials=16, seconds=3)
    entries = list(play(tmp_path, TABLE, rules, seed=1))
    fates = [entry.fate for entry in entries]
    assert fates == ["played", "cheated", "too slow", "ended", "raised", "played", "raised"]
    assert [entry.sentence for entry in entries if entry.sentence] == [
        "it imports nasedu.tables, which reads the tables",
        "it takes longer than 3 s for its 2 games",
        "its process ended with 7",
        "make raises MemoryError: it needs more memory than it may use",
        "tell raises ZeroDivisionError: division by zero (line 8)",
    ]


EVIL_ROWS = """
class Rows(torch.Tensor):
    def tolist(self):
        return Evil()
"""


def test_a_pickle_that_a_contestant_sends_runs_nowhere_but_in_its_own_process(tmp_path):
    (marks := tmp_path / "marks").mkdir()
    code = "import torch" + attack(marks)
    rows = "[[0] * len(self.decisions)] * n"
    written(
        tmp_path,
        a_sends=code + FIXED.replace("        pass", "        attack()"),
        b_returns=code + EVIL_ROWS + FIXED.replace(rows, f"torch.tensor({rows}).as_subclass(Rows)"),
        c_plays=FIXED,
    )
    entries = list(play(tmp_path, TABLE, Rules(games=2, trials=16), seed=1))
    assert [entry.fate for entry in entries] == ["played", "no answer", "raised", "played"]
    assert entries[1].sentence == "what its process sends is not an answer"
    assert "returns something else than 8 rows" in entries[2].sentence
    assert not list(marks.iterdir())
    assert "gave no answer" in write_page(
        Tournament(TABLE, RULES, 1, tuple(entries)), tmp_path / "page.html", tmp_path
    ).read_text("utf-8")


def test_names_and_files_of_other_systems_are_taken(tmp_path):
    odd = tmp_path / os.fsdecode(b"Andr\xe9 $^$.py")  # as an old zip leaves it
    try:
        odd.write_bytes(b"\xef\xbb\xbf" + FIXED.replace("\n", "\r\n").encode())
    except (OSError, UnicodeError):
        pytest.skip("a system where every name is Unicode")
    entries = tuple(play(tmp_path, TABLE, Rules(games=2, trials=8), seed=1))
    assert [entry.fate for entry in entries] == ["played", "played"], entries[1].sentence
    played = Tournament(TABLE, RULES, 1, entries)
    page = write_page(played, tmp_path / "page.html", tmp_path / os.fsdecode(b"gr\xfcn"))
    assert "Andr\ufffd $^$" in page.read_text("utf-8")


def test_a_file_that_is_no_strategy_is_out_before_a_process_starts(tmp_path):
    (tmp_path / "one.py").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ContestantError, match="cannot be read"):
        Contestant(tmp_path / "one.py", RULES)
    written(tmp_path, one="#" * 100_001)
    with pytest.raises(ContestantError, match="100,001 characters") as caught:
        Contestant(tmp_path / "one.py", RULES)
    assert caught.value.fate == "cheated"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="a system without pipes in folders")
def test_what_is_no_file_of_a_contestant_is_not_opened_and_nobody_has_the_name_of_another(tmp_path):
    (tmp_path / f"{HOUSE}.py").mkdir()
    (tmp_path / "ada.py").symlink_to("/dev/zero")
    os.mkfifo(tmp_path / "ada\n.py")
    house, pipe, link, other = play(tmp_path, TABLE, Rules(games=2, trials=8), seed=1)
    assert (house.name, house.fate) == (HOUSE, "played")
    assert [one.name for one in (pipe, link, other)] == ["ada", "ada (2)", f"{HOUSE} (2)"]
    assert {one.fate for one in (pipe, link, other)} == {"raised"}
    for entry, words in ((pipe, "a pipe"), (link, "a link"), (other, "a folder")):
        assert f" is {words}" in entry.sentence and str(tmp_path) not in entry.sentence


def test_a_folder_without_contestants_is_refused(tmp_path):
    written(tmp_path, _notes="")
    with pytest.raises(SettingError, match="has no"):
        contestants_in(tmp_path)
    with pytest.raises(SettingError, match="is no folder"):
        contestants_in(tmp_path / "nowhere")


def entry(name, low, high, fate="played", sentence=""):
    scores = np.linspace(low, high, 20) if fate == "played" else np.empty(0)
    return Entry(name, fate, sentence, scores, 1.5)


ENTRIES = (
    entry("ada", 0.90, 0.95),
    entry("bob <b>", 0.90, 0.949),
    entry("cleo", 0.3, 0.5),
    entry("dan", 0, 0, "cheated", "it opens <mem>"),
    entry(HOUSE, 0.4, 0.6),
)
PLAYED = Tournament(TABLE, Rules(games=20), 99, ENTRIES)


def test_the_ranking_is_by_the_mean_and_says_who_is_not_told_apart():
    assert [one.name for one in PLAYED.ranking] == ["ada", "bob <b>", HOUSE, "cleo"]
    assert [one.name for one in PLAYED.leaders] == ["ada", "bob <b>"]
    assert [one.name for one in PLAYED.out] == ["dan"]


def test_the_page_needs_nothing_else_and_tells_all(tmp_path):
    page = write_page(PLAYED, tmp_path / "page.html", tmp_path / "class").read_text("utf-8")
    assert "ada is first; not told apart from it: bob &lt;b&gt;." in page
    assert "it opens &lt;mem&gt;" in page and "<b>" not in page and "<script" not in page
    assert 'alt="Means and 95 % intervals, the best first: ada 0.9250' in page
    assert "nasedu course tournament class --seed 99" in page and "--games 20" in page
    assert str(tmp_path) not in page and "http" not in page
    assert unescape(page).index("4. cleo") > unescape(page).index(f"3. {HOUSE}")


def test_where_nobody_plays_to_the_end_random_search_stands_alone(tmp_path):
    alone = Tournament(TABLE, RULES, 1, (ENTRIES[3], ENTRIES[4]))
    page = write_page(alone, tmp_path / "page.html", tmp_path).read_text("utf-8")
    assert "Nobody is ahead of random search." in page and "stopped" not in page


def test_a_tournament_that_was_stopped_says_so_on_its_page(tmp_path):
    stopped = Tournament(TABLE, RULES, 1, ENTRIES[3:], left=7)
    page = write_page(stopped, tmp_path / "page.html", tmp_path).read_text("utf-8")
    assert "and 1 out; stopped before 7 more had played" in page
