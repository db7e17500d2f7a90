"""Options that are made from the fields of what a command fills."""

from dataclasses import dataclass, replace

import pytest
from command_line import nasedu
from toy_problem import ROW, SPACES, CurveRecipe, CurveSpace

from nasedu.cli import main
from nasedu.errors import NaseduError, SettingError
from nasedu.problems import CELLS, IMAGES
from nasedu.spaces import ConvNetSpace
from nasedu.training import Recipe
from nasedu.values import hints_of

TOY = ("--problem", "toy_problem:ROW")
GROUPS = "Options:", "Space (", "Recipe (", "Strategy ("


@pytest.fixture
def asked(monkeypatch):
    """Return what calls `search` on the command line and returns what it would search."""
    found = {}

    def stand_in(space, strategy, **options):
        found.update(options, space=space, strategy=strategy)
        raise SettingError("enough")

    def call(*arguments):
        monkeypatch.setattr("nasedu.searching.search", stand_in)
        with pytest.raises(SettingError, match="enough"):
            nasedu("search", *arguments)
        return found

    return call


SERVERS = ("shards", "replicas", "accumulate")


def options_in(text):
    """Return the options that a help lists."""
    own = text.partition("There are other options")[0]
    lines = (line.split() for line in own.splitlines() if line.startswith("  --"))
    return {words[0].rstrip(",") for words in lines}


def option(name, prefix=""):
    return f"--{prefix}{name.replace('_', '-')}"


LIMITS = {"max-parameters", "max-flop", "limit-penalty"}


@pytest.mark.parametrize("row", [IMAGES, CELLS, ROW], ids=lambda row: row.name)
def test_help_lists_exactly_the_fields_of_the_problem_at_hand(row):
    words = TOY if row is ROW else ("--data", row.data)
    text = nasedu("search", *words, "--help")
    space, recipe = (row.load(part)["first"] for part in ("spaces", "recipes"))
    fields = {option(name) for value in (space, recipe) for name in hints_of(type(value))}
    strategy = {
        option(name, "strategy-") for name in ("lr", "baseline_decay", "hidden_size", "num_layers")
    }
    fixed = {
        "run",
        "problem",
        "data",
        "table",
        "trials",
        "batch",
        "workers",
        "cluster",
        "gpus",
        "seed",
        "child-timeout",
    }
    fixed |= {"space", "recipe", "strategy", "help", *SERVERS} | LIMITS
    fixed |= {"depth-schedule"} if row is IMAGES else set()
    assert options_in(text) == fields | strategy | {f"--{name}" for name in fixed}
    assert all(group in text for group in GROUPS)
    assert max(map(len, text.splitlines())) <= 80


def test_help_says_how_to_see_the_options_of_others():
    assert "--data pydocs " in nasedu("search", "--help")
    assert "--table digits_3_layers " in nasedu("search", "--help")
    assert "--data digits " in nasedu("search", "--data", "pydocs", "--help")
    assert "--problem language " in nasedu("train", "--help")
    assert "--data pydocs " in nasedu("table", "build", "--help")


def test_a_table_leaves_open_what_makes_its_space_smaller():
    found = options_in(nasedu("search", "--table", "digits_3_layers", "--help"))
    fixed = {"run", "table", "noise", "trials", "batch", "seed", "strategy", "help", *SERVERS}
    fixed |= LIMITS
    space = {"filter-heights", "filter-widths", "num-filters", "skip-connections"}
    strategy = {f"strategy-{x}" for x in ("lr", "baseline-decay", "hidden-size", "num-layers")}
    assert found == {f"--{name}" for name in fixed | space | strategy}


def test_the_options_of_a_strategy_are_its_own():
    found = options_in(nasedu("search", "--strategy", "evolution", "--help"))
    assert {name for name in found if name.startswith("--strategy-")} == {
        "--strategy-population-size",
        "--strategy-sample-size",
    }
    assert not found & {f"--{name}" for name in SERVERS}  # it has no gradient to push


def test_defaults_are_those_of_the_preset_that_was_picked():
    said = " ".join(nasedu("search", "--space", "cifar10-v2", "--help").split())
    assert "from 1 to 62. [default: 20]" in said and "and width. [default: 1,2,3]" in said
    said = " ".join(nasedu("search", "--data", "pydocs", "--help").split())
    assert "none uses all. [default: 40000]" in said


@pytest.mark.parametrize(
    ("words", "option", "see"),
    [
        (("search", "--base", 4), "--base", "search --help"),
        (("search", "--noise"), "--noise", "search --help"),
        (("search", "--layers", 4), "--layers", "search --help"),
        (
            ("search", "--data", "pydocs", "--num-filters", 4),
            "--num-filters",
            "search --data pydocs --help",
        ),
        (
            ("search", "--data", "pydocs", "--depth-schedule", "6,2,9"),
            "--depth-schedule",
            "search --data pydocs --help",
        ),
        (
            ("search", "--table", "digits_3_layers", "--epochs", 2),
            "--epochs",
            "search --table digits_3_layers --help",
        ),
        (("search", "--strategy", "random", "--strategy-lr", 1), "--strategy-lr", "search --help"),
        (("search", *TOY, "--base", 4), "--base", "search --problem toy_problem:ROW --help"),
        (
            ("train", "published:NAS_CELL", "--whitening", "image"),
            "--whitening",
            "train published:NAS_CELL --help",
        ),
        (("train", "--bogus", 3, "published:NAS_CELL"), "--bogus", "train --help"),
        (("train", "published:NAS_CELL", "--base", 3), "--base", "train --help"),
        (("table", "build", "--depth", 3), "--depth", "table build --help"),
    ],
)
def test_what_a_problem_lacks_is_no_option(tmp_path, monkeypatch, capsys, words, option, see):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["nasedu", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    said = capsys.readouterr().err
    assert (ended.value.code, said.count("\n")) == (2, 1)
    assert said.startswith(f"nasedu: No such option: {option}")
    assert said.endswith(f" {see}`)\n")
    assert not list(tmp_path.iterdir())


def test_an_architecture_is_found_among_options_wherever_it_stands():
    for words in (
        ("--num-train", 5, "published:NAS_CELL", "--tied"),
        ("--tied", "published:NAS_CELL", "--lr", 1, "--data", "nix"),
        ("published:NAS_CELL", "--grid", "lr=1,2", "--hidden-size", 3),
    ):
        assert "Recipe (recurrent cells for text)" in nasedu("train", *words, "--help")


def test_fields_of_all_kinds_are_filled(asked):
    given = asked(
        *("--space", "cifar10-v2", "--strides", "1,2", "--operations", "conv,max"),
        *("--no-skip-connections", "--pool-after", "none", "--num-layers", 3),
        *("--lr", "0.2", "--num-train", "none", "--whitening", "image", "--keep", "best"),
        *("--strategy", "ppo", "--strategy-epochs", 2, "--strategy-hidden-size", 8),
    )
    expected = ConvNetSpace(3, strides=(1, 2), operations=("conv", "max"), skip_connections=False)
    assert given["space"] == expected
    assert given["recipe"] == Recipe(lr=0.2, whitening="image", keep="best")
    settings = given["strategy"].settings
    assert (settings["epochs"], settings["hidden_size"], settings["lr"]) == (2, 8, 0.03)


def test_a_recipe_by_name_is_whole_and_options_change_it(asked):
    given = asked("--data", "pydocs", "--recipe", "gal-large", "--no-variational", "--epochs", 2)
    gal = CELLS.load("recipes")["gal-large"]
    assert given["recipe"] == replace(gal, variational=False, epochs=2)


def test_a_toy_problem_has_the_options_of_its_classes(asked):
    given = asked(*TOY, "--space", "low", "--degrees", "1,3", "--lr", 0.5)
    assert given["space"] == CurveSpace((1, 3)) and given["recipe"] == CurveRecipe(lr=0.5)
    with pytest.raises(NaseduError, match=r"degrees\[1\] is 'x'; expected an integer"):
        nasedu("search", *TOY, "--degrees", "1,x")


def test_a_new_field_is_an_option_and_of_two_of_one_name_the_recipe_yields(asked, monkeypatch):
    @dataclass(frozen=True)
    class Deeper(CurveSpace):
        """Curves.

        Args:
            lr: What a space may have, too.
        """

        lr: float = 0.5
        seed: int = 3

    monkeypatch.setitem(SPACES, "first", Deeper())
    assert "What a space may have, too.  [default: 0.5]" in nasedu("search", *TOY, "--help")
    given = asked(*TOY, "--lr", 2, "--child-lr", 3, "--space-seed", 4, "--seed", 5)
    assert given["space"] == Deeper(lr=2, seed=4)
    assert (given["recipe"].lr, given["seed"]) == (3, 5)
