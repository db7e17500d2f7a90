"""The script that compares cells as translators, at toy size: resumable, and at equal compute."""

import pandas as pd
import pytest


def test_both_cells_have_equal_compute_and_one_recipe(script):
    translation = script("translation")
    jobs = translation.jobs_for("prices", translation.TOY)
    assert [(job.label, job.seed) for job in jobs] == [
        (label, seed) for seed in (0, 1, 2) for label in ("nn.LSTM", "NAS_CELL")
    ]
    assert len({job.name for job in jobs}) == 6
    assert {job.problem.name for job in jobs} == {"translation"}
    one, other = (job.task.cost(job.net).flop for job in jobs[:2])
    assert other == pytest.approx(one, rel=0.05)
    recipes = [{**job.recipe.to_dict(), "hidden_size": None} for job in jobs]
    assert all(recipe == recipes[0] for recipe in recipes)
    assert jobs[0].recipe == translation.TOY


def test_it_goes_on_and_is_recorded_again_from_its_table_alone(script, tmp_path):
    translation = script("translation")
    words = ["--toy", "--workers", "1", "--folder", str(tmp_path / "one")]
    assert translation.main([*words, "--minutes", "1e-6"]) == translation.UNFINISHED
    assert translation.main(words) == 0
    table = (tmp_path / "one" / "translation.csv").read_text()
    frame = pd.read_csv(tmp_path / "one" / "translation.csv")
    assert len(frame) == 4 and (frame["test_perplexity"] > 1).all()
    assert frame["test_bleu"].between(0, 100).all() and (frame["curve"].str.count(" ") == 1).all()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "translation.csv").write_text(table)
    translation.main(["--toy", "--record", "--folder", str(tmp_path / "two")])
    one, two = (
        (tmp_path / name / "translation.md").read_text().split("nothing tuned")[1]
        for name in ("one", "two")
    )
    assert one == two and "| NAS_CELL |" in one and "in test BLEU, a seed each:" in one


def test_the_difference_is_told_seed_by_seed(script):
    translation = script("translation")
    rows = [
        ("nn.LSTM", 0, 31.0),
        ("NAS_CELL", 0, 31.5),
        ("nn.LSTM", 1, 32.0),
        ("NAS_CELL", 1, 31.9),
    ]
    frame = pd.DataFrame(rows, columns=["cell", "seed", "test_bleu"])
    said = translation.difference(frame)
    assert "a seed each: +0.50, -0.10; mean +0.20, standard error 0.30." in said
    assert "mean +0.50." in translation.difference(frame[:3])
    assert "No seed of both" in translation.difference(frame[:1])
    assert "Its lowest is 31.0: reached." in translation.checked(frame)
    assert "Its lowest is 30.0: not reached." in translation.checked(frame.assign(test_bleu=30.0))
    assert translation.checked(frame[1:2]) == "No LSTM is finished.\n"
