"""The scripts about NASNet and about rankings at toy size: resumable, and recorded from a table."""

import pandas as pd
import pytest


def test_the_three_networks_have_equal_sizes_and_one_recipe(script):
    cifar = script("nasnet_cifar10")
    jobs = cifar.jobs_for()
    assert len({job.name for job in jobs}) == len(jobs) == 12
    assert [job.seed for job in jobs] == [0] * 6 + [1] * 6  # whole answers early
    for job in jobs:
        own = {name: getattr(job.recipe, name) for name in cifar.HOW}
        assert own == cifar.HOW and job.recipe.epochs == cifar.EPOCHS[job.label]
    assert {job.problem.name for job in jobs if job.label == "NASNet-A"} == {"nasnet"}


def test_it_goes_on_and_is_recorded_again_from_its_table_alone(script, tmp_path):
    cifar = script("nasnet_cifar10")
    words = ["--toy", "--workers", "1", "--folder", str(tmp_path / "one")]
    assert cifar.main([*words, "--minutes", "1e-6"]) == cifar.UNFINISHED
    assert cifar.main(words) == 0
    table = (tmp_path / "one" / "nasnet_cifar10.csv").read_text()
    frame = pd.read_csv(tmp_path / "one" / "nasnet_cifar10.csv")
    assert len(frame) == 12 and set(frame["cutout"]) == {0, 4}
    assert frame["parameters"].between(290_000, 320_000).all()
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "nasnet_cifar10.csv").write_text(table)
    cifar.main(["--toy", "--record", "--folder", str(tmp_path / "two")])
    one, two = (
        (tmp_path / name / "nasnet_cifar10.md").read_text().split("nothing tuned")[1]
        for name in ("one", "two")
    )
    assert one == two and "NASNet-A, cutout" in one


@pytest.fixture(scope="module")
def ranked(tmp_path_factory):
    return tmp_path_factory.mktemp("ranked")


def test_rankings_are_drawn_and_told(script, ranked):
    sharing = script("weight_sharing")
    words = ["--toy", "--workers", "1", "--folder", str(ranked)]
    assert sharing.main(words) == 0
    frame = pd.read_csv(ranked / "weight_sharing.csv")
    assert len(frame) == 6 and (frame["cost"] > 0).all()
    assert (ranked / "weight_sharing.png").stat().st_size > 5000
    text = (ranked / "weight_sharing.md").read_text()
    for words in ("shared weights, 2 epochs", "successive halving", "linear model, 300 trainings"):
        assert f"| {words} |" in text
    assert "the number of parameters alone" in text


def test_no_ranking_sees_the_trainings_that_it_is_held_against(script):
    sharing = script("weight_sharing")
    places = sharing.drawn(0, 100)
    table = sharing.digits()
    assert (table.repeats[places] == 3).all() and len(set(places)) == 100
    first = sharing.correlation(table.best[0, places], places)[0]
    assert 0.7 < first < 0.99  # another training of the same networks, and not the same one
