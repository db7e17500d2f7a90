import json
import sqlite3

import pytest
import torch
from evaluators import SPACE, Counted

from nasedu.controller import UpdateStats, make_strategy
from nasedu.errors import StudyError
from nasedu.runs.trial import child_seed
from nasedu.searching import RunConfig, Study
from nasedu.training import Outcome

CONFIG = RunConfig(SPACE.to_json(), {"name": "random"}, Counted().settings, 4, 7, 8)
TOKENS = torch.zeros(4, len(SPACE.decisions), dtype=torch.long)
OUTCOME = Outcome(0.1 + 0.2, (0.3, 2 / 3), (1.5,), 0.25, 10, 20)


def generator():
    return torch.Generator().manual_seed(0)


@pytest.fixture(params=["memory", "file"])
def study(request, tmp_path):
    path = tmp_path / "study.db" if request.param == "file" else None
    return Study.create(path, CONFIG, make_strategy("random", SPACE.decisions), generator())


def test_trials_carry_number_batch_tokens_and_a_seed_of_their_own(study):
    trials = study.ask(TOKENS, generator())
    assert study.trials() == trials
    assert [t.number for t in trials] == [1, 2, 3, 4]
    assert {t.batch for t in trials} == {1}
    assert [t.seed for t in trials] == [child_seed(7, n) for n in (1, 2, 3, 4)]
    assert len({child_seed(s, n) for s in range(30) for n in range(30)}) == 900
    assert trials[0].state == "asked"


def test_an_outcome_comes_back_exactly_and_only_once(study):
    trial = study.ask(TOKENS, generator())[1]
    finished = study.finish(trial, OUTCOME)
    assert study.trials()[1] == finished
    assert finished.outcome == OUTCOME
    with pytest.raises(StudyError, match="trial 2 has an outcome already"):
        study.finish(trial, OUTCOME)
    assert study.trials()[1].outcome == OUTCOME


def test_failed_trials_keep_their_reason(study):
    trial = study.ask(TOKENS, generator())[0]
    study.finish(trial, Outcome.failed("the loss became nan", 1.5))
    assert (study.trials()[0].state, study.trials()[0].reason) == ("failed", "the loss became nan")
    assert study.best() is None


def test_best_is_the_earliest_of_equals(study):
    for trial, reward in zip(study.ask(TOKENS, generator()), (0.1, 0.5, 0.5, 0.2), strict=True):
        study.finish(trial, Outcome(reward))
    assert study.best().number == 2


def test_updates_come_back(study):
    strategy = make_strategy("random", SPACE.decisions)
    stats = UpdateStats(0.5, 0.4, -0.1, 3.0, 0.2, ((0.25, 0.75), (), (1.0,)))
    study.ask(TOKENS, generator())
    assert study.tell(stats, strategy, generator()) == 1
    assert study.tell(None, strategy, generator()) == 2
    assert [u.stats for u in study.updates()] == [stats, None]


def test_strategy_and_generator_come_back_bit_for_bit(tmp_path):
    source, strategy = generator(), make_strategy("reinforce", SPACE.decisions, seed=3)
    study = Study.create(tmp_path / "study.db", CONFIG, strategy, source)
    tokens = strategy.ask(4, generator=source)
    study.ask(tokens, source)
    stats = strategy.tell(tokens, torch.rand(4))
    study.tell(stats, strategy, source)
    again, source_again = make_strategy("reinforce", SPACE.decisions), generator()
    Study(tmp_path).restore(again, source_again)
    ours, theirs = strategy.state_dict(), again.state_dict()
    assert ours.keys() == theirs.keys()
    assert [key for key in ours if key.endswith(".exp_avg")]
    for key, value in ours.items():
        assert torch.equal(value, theirs[key]) if key != "baseline" else value == theirs[key]
    assert torch.equal(source.get_state(), source_again.get_state())


def test_nothing_in_the_file_is_pickled(tmp_path):
    strategy = make_strategy("reinforce", SPACE.decisions)
    Study.create(tmp_path / "study.db", CONFIG, strategy, generator())
    plain, tensors = (
        sqlite3.connect(tmp_path / "study.db")
        .execute("SELECT plain, tensors FROM state")
        .fetchone()
    )
    assert json.loads(plain) == {"baseline": None}
    header = int.from_bytes(tensors[:8], "little")
    assert "controller.first_input" in json.loads(tensors[8 : 8 + header])


def test_creation_leaves_the_study_and_nothing_else(tmp_path):
    Study.create(tmp_path / "study.db", CONFIG, make_strategy("random", ()), generator()).close()
    assert [p.name for p in tmp_path.iterdir()] == ["study.db"]


def truncated(path):
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def foreign(path):
    path.unlink()
    sqlite3.connect(path).execute("CREATE TABLE t (x)").connection.close()


def newer(path):
    with sqlite3.connect(path) as db:
        db.execute("PRAGMA user_version = 9")


def text(path):
    path.write_text("to be or not to be, that is the question " * 100)


@pytest.mark.parametrize(
    ("spoil", "words"),
    [
        (truncated, "truncated or no study"),
        (foreign, "is not a study of nasedu"),
        (newer, "has schema 9; this nasedu reads 2 and before"),
        (text, "no study at all"),
        (lambda path: path.write_bytes(b""), "is not a study of nasedu"),
    ],
)
def test_a_spoilt_file_is_one_clear_line_and_left_alone(tmp_path, spoil, words):
    path = tmp_path / "study.db"
    study = Study.create(path, CONFIG, make_strategy("random", SPACE.decisions), generator())
    for _ in range(40):
        study.ask(TOKENS, generator())
        study.tell(None, make_strategy("random", SPACE.decisions), generator())
    study.close()
    spoil(path)
    before = path.read_bytes()
    with pytest.raises(StudyError) as caught:
        Study(path)
    assert words in str(caught.value)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("damage", "read"),
    [
        ("UPDATE trials SET tokens = 'nonsense'", Study.trials),
        ("UPDATE trials SET tokens = '[\"a\"]'", Study.trials),
        ("UPDATE trials SET tokens = '{\"a\": 1}'", Study.trials),
        ("UPDATE trials SET tokens = '3'", Study.best),
        ("UPDATE updates SET stats = 'nonsense'", Study.updates),
        ("UPDATE updates SET stats = '{}'", Study.updates),
        ("UPDATE starts SET versions = 'nonsense'", lambda s: s.versions),
        ("UPDATE starts SET versions = '[1]'", lambda s: s.versions),
    ],
)
def test_a_damaged_record_is_one_line_that_names_the_file(tmp_path, damage, read):
    path, strategy = tmp_path / "study.db", make_strategy("random", SPACE.decisions)
    study = Study.create(path, CONFIG, strategy, generator())
    study.ask(TOKENS, generator())
    study.tell(None, strategy, generator())
    study.close()
    with sqlite3.connect(path) as db:
        db.execute(damage)
    with pytest.raises(StudyError, match="holds a record that cannot be read") as caught:
        read(Study(path))
    assert str(path) in str(caught.value) and "\n" not in str(caught.value)


def test_no_study_there(tmp_path):
    with pytest.raises(StudyError, match="holds no study; start one with"):
        Study(tmp_path)


def test_a_full_disk_keeps_what_is_finished(tmp_path):
    path = tmp_path / "study.db"
    study = Study.create(path, CONFIG, make_strategy("random", SPACE.decisions), generator())
    pages = study._db.execute("PRAGMA page_count").fetchone()[0]
    study._db.execute(f"PRAGMA max_page_count = {pages + 1}")  # SQLite's own "disk is full"
    finished = []
    with pytest.raises(StudyError, match=r"full; make room and continue with `nasedu resume`"):
        for _ in range(200):
            trials = study.ask(TOKENS, generator())
            for trial in trials:
                finished.append(study.finish(trial, OUTCOME))
            study.tell(None, make_strategy("random", SPACE.decisions), generator())
    study.close()
    recorded = [t for t in Study(path).trials() if t.outcome]
    assert recorded == finished
    assert finished
