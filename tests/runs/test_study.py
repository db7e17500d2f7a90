import json
import sqlite3

import pytest
import torch
from evaluators import SPACE, Counted

from nasedu.controller import make_strategy
from nasedu.errors import StudyError
from nasedu.runs import RunConfig, Study
from nasedu.training import Outcome

CONFIG = RunConfig(SPACE.to_json(), {"name": "random"}, Counted().settings, 4, 7, 8)
TOKENS = torch.zeros(4, len(SPACE.decisions), dtype=torch.long)
OUTCOME = Outcome(0.1 + 0.2, (0.3, 2 / 3), (1.5,), 0.25, 10, 20)


def generator():
    return torch.Generator().manual_seed(0)


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
