import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest
import torch
from toy_cells import ExplodingCell, ToyCell

from nasedu import RecurrentCellSpace, published
from nasedu.children import LSTMLayer, has_bfloat16
from nasedu.data import load_text
from nasedu.data.text import text_of_lines
from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.training import (
    Checkpoint,
    LanguageRecipe,
    LanguageTask,
    perplexity,
    perplexity_reward,
)
from nasedu.training.language_task import streams

LINES = [["one", "two", "three", "four"], ["five", "six", "seven"]] * 30
TEXT = text_of_lines("count", "Counting", LINES, LINES[:10], LINES[:6])
RECIPE = LanguageRecipe(hidden_size=8, epochs=3, batch_size=4, unroll=5, decay_after=2)
DROPPING = replace(RECIPE, dropout=0.2, variational=True, recurrent_dropout=0.1)
ADAM = replace(
    DROPPING, optimizer="adam", lr=0.01, tied=True, embedding_dropout=0.1, sum_steps=False
)
LOW = replace(DROPPING, precision="bfloat16")


def weights(child):
    return torch.cat([parameter.detach().flatten() for parameter in child.parameters()])


def task(recipe=RECIPE, **changes):
    return LanguageTask(TEXT, replace(recipe, **changes))


def left(judge, cell, seed):
    """Return a training that has all its epochs behind it."""
    training = judge.begin(cell, seed)
    assert len(list(training)) == judge.recipe.epochs
    return training


def test_streams_lie_side_by_side_and_each_symbol_is_predicted_from_the_one_before():
    inputs, targets = streams(torch.arange(1, 12), 0, 3)
    assert targets.T.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert inputs.T.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert inputs.is_contiguous() and targets.is_contiguous()


@pytest.mark.parametrize("cell", [LSTMLayer, ToyCell])
def test_a_text_that_repeats_is_learned(cell):
    recipe = replace(RECIPE, hidden_size=24, optimizer="adam", lr=0.02, epochs=12, decay_after=12)
    training = LanguageTask(TEXT, recipe).begin(cell, 1)
    told, child, outcome = list(training), training.finish(), training.outcome()
    assert outcome.valid_curve[-1] < 1.3 < outcome.valid_curve[0]
    assert [epoch.number for epoch in told] == list(range(1, 13))
    assert tuple(epoch.valid for epoch in told) == outcome.valid_curve
    assert outcome.reward == perplexity_reward(min(outcome.valid_curve), 80)
    assert outcome.num_parameters == child.num_parameters == weights(child).numel()
    assert len(outcome.train_curve) == 12 and outcome.train_curve[-1] < outcome.train_curve[0]
    assert (outcome.flop, outcome.seconds > 0) == (child.flop, True)
    assert perplexity(LanguageTask(TEXT, recipe).test_nats(child)) < 1.3


@pytest.mark.parametrize(
    "recipe", [RECIPE, DROPPING, ADAM, LOW], ids=["plain", "dropping", "adam", "low"]
)
def test_the_same_seed_gives_the_same_model(recipe):
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    (first, one), (second, two) = (task(recipe).fit(LSTMLayer, 7) for _ in range(2))
    assert torch.equal(weights(first), weights(second))
    assert (one.valid_curve, one.train_curve) == (two.valid_curve, two.train_curve)
    other, _ = task(recipe).fit(LSTMLayer, 8)
    assert not torch.equal(weights(first), weights(other))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_same_seed_gives_the_same_model_in_another_process():
    code = (
        "from nasedu.children import LSTMLayer; from nasedu.data import load_text\n"
        "from nasedu.training import LanguageRecipe, LanguageTask\n"
        "recipe = LanguageRecipe(hidden_size=4, epochs=1, num_train=2000, dropout=0.1)\n"
        "print(LanguageTask(load_text('pydocs'), recipe).fit(LSTMLayer, 3)[1].valid_curve)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    recipe = LanguageRecipe(hidden_size=4, epochs=1, num_train=2000, dropout=0.1)
    _, here = LanguageTask(load_text("pydocs"), recipe).fit(LSTMLayer, 3)
    assert done.stdout == f"{here.valid_curve}\n"


@pytest.mark.parametrize(
    "recipe", [RECIPE, DROPPING, ADAM, LOW], ids=["plain", "dropping", "adam", "low"]
)
def test_a_training_goes_on_where_it_stopped(tmp_path, recipe):
    whole, expected = task(recipe, epochs=4).fit(ToyCell, 5)
    path = tmp_path / "state.safetensors"
    left(task(recipe, epochs=2), ToyCell, 5).state().save(path)
    resume = Checkpoint.load(path)
    assert len(resume.valid_curve) == 2
    second = task(recipe, epochs=4).begin(ToyCell, 5)
    second.restore(resume)
    assert [epoch.number for epoch in second.epochs] == [1, 2]
    assert [epoch.number for epoch in second] == [3, 4]
    outcome = second.outcome()
    assert torch.equal(weights(second.finish()), weights(whole))
    assert outcome.valid_curve == expected.valid_curve
    assert outcome.train_curve == expected.train_curve
    assert outcome.seconds > resume.seconds


def test_a_finished_training_needs_no_more_and_the_best_epoch_is_what_comes_back():
    backwards = [line[::-1] for line in LINES[:10]]  # the better in training, the worse here
    text = text_of_lines("count", "Counting", LINES, backwards, LINES[:6])
    judge = LanguageTask(text, replace(RECIPE, lr=2.0, epochs=5, decay_after=5))
    training = judge.begin(LSTMLayer, 2)
    child, outcome = training.finish(), training.outcome()
    best = outcome.valid_curve.index(min(outcome.valid_curve))
    assert best < 4 and outcome.reward == perplexity_reward(outcome.valid_curve[best])
    assert perplexity(judge.nats(child, judge.valid)) == outcome.valid_curve[best]
    again = judge.begin(LSTMLayer, 2)
    again.restore(training.state())
    assert list(again) == []
    assert torch.equal(weights(again.finish()), weights(child))
    assert again.outcome() == outcome


def test_states_that_do_not_fit(tmp_path):
    state = left(task(), LSTMLayer, 0).state()
    for changes, cell, seed, message in (
        ({}, LSTMLayer, 1, "made with seed = 0 and not 1"),
        ({"lr": 0.5}, LSTMLayer, 0, r"made with recipe\.lr = 1\.0 and not 0\.5"),
        ({"epochs": 2}, LSTMLayer, 0, "epochs is 2; expected at least 3"),
        ({}, ToyCell, 0, "made with architecture = 'LSTMLayer' and not 'ToyCell'"),
    ):
        with pytest.raises(StudyError, match=message):
            task(**changes).begin(cell, seed).restore(state)
    toy = left(task(), ToyCell, 0).state()
    with pytest.raises(StudyError, match="the weights of another network"):
        task().begin(partial(ToyCell, base=4), 0).restore(toy)
    with_a_gpu = replace(state, settings={**state.settings, "device": "cuda"})
    with pytest.raises(StudyError, match="made with device = 'cuda' and not 'cpu'"):
        task().begin(LSTMLayer, 0).restore(with_a_gpu)
    path = tmp_path / "state.safetensors"
    state.save(path)
    path.write_bytes(path.read_bytes()[:200])
    for bad, words in (
        (path, r"is damaged or no checkpoint .* to begin anew"),
        (tmp_path / "missing", r"cannot be read"),
    ):
        with pytest.raises(StudyError, match=words):
            Checkpoint.load(bad)


def test_a_training_goes_on_with_the_same_cell_and_the_same_words_alone():
    one, other = (  # of equally many weights
        RecurrentCellSpace(2).decode([combine, 1, 0, 1, 0, 1, 0, 1, 0, 0]) for combine in (0, 1)
    )
    state = left(task(epochs=1), one, 0).state()
    with pytest.raises(StudyError, match=r"architecture = '\w{16}' and not '\w{16}'"):
        task().begin(other, 0).restore(state)
    lines = [line[::-1] for line in LINES]  # as many tokens and symbols
    text = text_of_lines("count", "Counting", lines, LINES[:10], LINES[:6])
    assert (text.counts, text.num_symbols) == (TEXT.counts, TEXT.num_symbols)
    with pytest.raises(StudyError, match=r"data\.digest"):
        LanguageTask(text, RECIPE).begin(one, 0).restore(state)
    task().begin(one, 0).restore(state)


@pytest.mark.parametrize("group", ["child", "best", "optimizer", "generator", "generator.cpu"])
def test_a_state_without_a_part_of_it_is_one_line(group):
    state = left(task(ADAM, epochs=1), LSTMLayer, 0).state()
    tensors = {k: v for k, v in state.tensors.items() if not k.startswith(group)}
    assert len(tensors) < len(state.tensors)
    if group == "optimizer":
        tensors["optimizer.x"] = torch.zeros(1)
    with pytest.raises(StudyError, match="the checkpoint does not fit this child") as caught:
        task(ADAM).begin(LSTMLayer, 0).restore(replace(state, tensors=tensors))
    assert "\n" not in str(caught.value)


class Spy(LSTMLayer):
    """Keeps the states that it is given and those that it returns."""

    def __init__(self, input_size, hidden_size):
        super().__init__(input_size, hidden_size)
        self.given, self.returned = [], []

    def forward(self, inputs, state):
        outputs, after = super().forward(inputs, state)
        if self.training:
            self.given.append(state)
            self.returned.append(after)
        return outputs, after


def test_the_state_is_carried_from_segment_to_segment_without_gradients():
    child, _ = task(epochs=1).fit(Spy, 0)
    for layer in child.layers:
        assert len(layer.given) == -(-len(task().inputs) // 5)
        assert all(not part.any() for part in layer.given[0])
        for before, given in zip(layer.returned, layer.given[1:], strict=False):
            for carried, left in zip(given, before, strict=True):
                assert torch.equal(carried, left) and left.any() and not carried.requires_grad


def test_every_training_token_is_a_target_once_an_epoch():
    seen = []

    class Reader(Spy):
        def forward(self, inputs, state):
            if self.training:
                seen.append(len(inputs))
            return super().forward(inputs, state)

    task(epochs=1, num_layers=1).fit(Reader, 0)
    assert sum(seen) == len(TEXT.train) // 4 and set(seen[:-1]) == {5}


def moved(**changes):
    """How far one update moves the weights."""
    one = task(epochs=1, unroll=10_000, **changes)
    child, _ = one.fit(LSTMLayer, 0)
    start, _ = task(epochs=1, unroll=10_000, **{**changes, "lr": 1e-30}).fit(LSTMLayer, 0)
    return weights(child) - weights(start)


def test_clipping_and_the_sum_over_steps():
    steps = len(task().inputs)
    summed, mean = moved(clip=1e9, lr=1e-4), moved(clip=1e9, lr=1e-4, sum_steps=False)
    torch.testing.assert_close(summed, steps * mean, rtol=0.02, atol=1e-6)
    assert moved(clip=0.01, lr=1.0).norm().item() == pytest.approx(0.01, rel=1e-3)


CELLS = pytest.mark.parametrize("cell", [LSTMLayer, published.NAS_CELL], ids=["lstm", "nas"])


def gradients(cell, precision="float32", dtype=torch.float32):
    """The gradients of a whole text as one segment, by the task."""
    one = task(precision=precision, hidden_size=32, lr=1e-30, clip=1e9, unroll=10_000)
    training = one.begin(cell, 0)
    child = training.child.to(dtype)
    one.train_epoch(training)
    return one, child, torch.cat([parameter.grad.flatten() for parameter in child.parameters()])


@CELLS
def test_gradients_are_those_of_float64_within_a_stated_tolerance(cell):
    _, _, exact = gradients(cell, dtype=torch.float64)
    for precision, tolerance in (("float32", 1e-5), ("bfloat16", 0.01)):
        error = (gradients(cell, precision)[2] - exact).norm() / exact.norm()
        assert 0 < error < tolerance


@CELLS
def test_in_float32_a_step_is_what_a_textbook_does(cell):
    one, child, found = gradients(cell)
    child.zero_grad()
    logits, _ = child(one.inputs, child.initial_state(4))
    loss = torch.nn.functional.cross_entropy(logits.flatten(0, 1), one.targets.flatten())
    (loss * len(one.inputs)).backward()
    expected = torch.cat([parameter.grad.flatten() for parameter in child.parameters()])
    assert torch.equal(found, expected)


def test_products_in_bfloat16_are_chosen_where_they_pay_and_never_for_scoring():
    fast = has_bfloat16(torch.device("cpu"))
    assert task(precision="auto", hidden_size=63).dtype == torch.float32
    assert task(precision="auto", hidden_size=64).dtype == (
        torch.bfloat16 if fast else torch.float32
    )
    low = task(precision="bfloat16", epochs=1)
    child, outcome = low.fit(LSTMLayer, 0)
    assert outcome.valid_curve == (perplexity(task().nats(child, low.valid)),)


def test_only_the_first_tokens_are_used():
    some = task(num_train=41)
    assert torch.equal(some.targets.T.flatten(), TEXT.train[:40])
    for num_train in (3, len(TEXT.train) + 1):
        with pytest.raises(SettingError, match=f"num_train is {num_train}; expected 4"):
            task(num_train=num_train)


def test_children_that_diverge_fail():
    with pytest.raises(TrainingError, match=r"the loss became (nan|inf) in epoch 1"):
        task().fit(ExplodingCell, 0)
    with pytest.raises(TrainingError):
        task(lr=1e30, clip=1e30).fit(LSTMLayer, 0)


def test_warming_up_changes_nothing():
    first = task()
    first.warm_up()
    assert torch.equal(weights(first.fit(LSTMLayer, 0)[0]), weights(task().fit(LSTMLayer, 0)[0]))
    assert repr(first).startswith("LanguageTask(Counting, 268 train, 45 valid, cpu)")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("cell", [LSTMLayer, published.NAS_CELL])
def test_cuda_trains_scores_and_goes_on(cell):
    device = torch.device("cuda")
    whole = LanguageTask(TEXT, ADAM, device).begin(cell, 7)
    next(whole)
    state = whole.state()
    second = LanguageTask(TEXT, ADAM, device).begin(cell, 7)
    second.restore(state)
    torch.testing.assert_close(
        weights(second.finish()), weights(whole.finish()), rtol=1e-3, atol=1e-4
    )
    with pytest.raises(StudyError, match="made with device = 'cuda' and not 'cpu'"):
        LanguageTask(TEXT, ADAM, torch.device("cpu")).begin(cell, 7).restore(state)
