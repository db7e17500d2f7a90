import subprocess
import sys
from dataclasses import replace
from functools import partial

import pytest
import torch
from toy_cells import ExplodingCell, ToyCell

from nasedu import RecurrentCellSpace, published
from nasedu.children import LSTMLayer
from nasedu.data import load_text
from nasedu.data.text import text_of_lines
from nasedu.errors import SettingError, StudyError, TrainingError
from nasedu.training import (
    Checkpoint,
    LanguageRecipe,
    LanguageTrainer,
    has_bfloat16,
    perplexity,
    perplexity_reward,
)
from nasedu.training.language_trainer import streams

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


def trainer(recipe=RECIPE, **changes):
    return LanguageTrainer(TEXT, replace(recipe, **changes))


def test_streams_lie_side_by_side_and_each_symbol_is_predicted_from_the_one_before():
    inputs, targets = streams(torch.arange(1, 12), 0, 3)
    assert targets.T.tolist() == [[1, 2, 3], [4, 5, 6], [7, 8, 9]]
    assert inputs.T.tolist() == [[0, 1, 2], [3, 4, 5], [6, 7, 8]]
    assert inputs.is_contiguous() and targets.is_contiguous()


@pytest.mark.parametrize("cell", [LSTMLayer, ToyCell])
def test_a_text_that_repeats_is_learned(cell):
    recipe = replace(RECIPE, hidden_size=24, optimizer="adam", lr=0.02, epochs=12, decay_after=12)
    told = []
    child, outcome = LanguageTrainer(TEXT, recipe).fit(cell, 1, lambda *n: told.append(n))
    assert outcome.valid_curve[-1] < 1.3 < outcome.valid_curve[0]
    assert told == list(enumerate(outcome.valid_curve, 1))
    assert outcome.reward == perplexity_reward(min(outcome.valid_curve), 80)
    assert outcome.num_parameters == child.num_parameters == weights(child).numel()
    assert len(outcome.train_curve) == 12 and outcome.train_curve[-1] < outcome.train_curve[0]
    assert (outcome.flop, outcome.seconds > 0) == (child.flop, True)
    assert perplexity(LanguageTrainer(TEXT, recipe).test_nats(child)) < 1.3


@pytest.mark.parametrize(
    "recipe", [RECIPE, DROPPING, ADAM, LOW], ids=["plain", "dropping", "adam", "low"]
)
def test_the_same_seed_gives_the_same_model(recipe):
    torch.manual_seed(11)
    before = torch.random.get_rng_state()
    (first, one), (second, two) = (trainer(recipe).fit(LSTMLayer, 7) for _ in range(2))
    assert torch.equal(weights(first), weights(second))
    assert (one.valid_curve, one.train_curve) == (two.valid_curve, two.train_curve)
    other, _ = trainer(recipe).fit(LSTMLayer, 8)
    assert not torch.equal(weights(first), weights(other))
    assert torch.equal(torch.random.get_rng_state(), before)


def test_the_same_seed_gives_the_same_model_in_another_process():
    code = (
        "from nasedu.children import LSTMLayer; from nasedu.data import load_text\n"
        "from nasedu.training import LanguageRecipe, LanguageTrainer\n"
        "recipe = LanguageRecipe(hidden_size=4, epochs=1, num_train=2000, dropout=0.1)\n"
        "print(LanguageTrainer(load_text('pydocs'), recipe).fit(LSTMLayer, 3)[1].valid_curve)"
    )
    command = [sys.executable, "-c", code]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=600)
    recipe = LanguageRecipe(hidden_size=4, epochs=1, num_train=2000, dropout=0.1)
    _, here = LanguageTrainer(load_text("pydocs"), recipe).fit(LSTMLayer, 3)
    assert done.stdout == f"{here.valid_curve}\n"


@pytest.mark.parametrize(
    "recipe", [RECIPE, DROPPING, ADAM, LOW], ids=["plain", "dropping", "adam", "low"]
)
def test_a_training_goes_on_where_it_stopped(tmp_path, recipe):
    whole, expected = trainer(recipe, epochs=4).fit(ToyCell, 5)
    path = tmp_path / "state.safetensors"
    trainer(recipe, epochs=2).fit(ToyCell, 5, on_state=lambda state: state.save(path))
    resume, told = Checkpoint.load(path), []
    assert len(resume.valid_curve) == 2
    child, outcome = trainer(recipe, epochs=4).fit(
        ToyCell, 5, lambda epoch, _: told.append(epoch), resume=resume
    )
    assert told == [3, 4]
    assert torch.equal(weights(child), weights(whole))
    assert outcome.valid_curve == expected.valid_curve
    assert outcome.train_curve == expected.train_curve
    assert outcome.seconds > resume.seconds


def test_a_finished_training_needs_no_more_and_the_best_epoch_is_what_comes_back():
    kept = []
    backwards = [line[::-1] for line in LINES[:10]]  # the better in training, the worse here
    text = text_of_lines("count", "Counting", LINES, backwards, LINES[:6])
    judge = LanguageTrainer(text, replace(RECIPE, lr=2.0, epochs=5, decay_after=5))
    child, outcome = judge.fit(LSTMLayer, 2, on_state=kept.append)
    best = outcome.valid_curve.index(min(outcome.valid_curve))
    assert best < 4 and outcome.reward == perplexity_reward(outcome.valid_curve[best])
    assert perplexity(judge.nats(child, judge.valid)) == outcome.valid_curve[best]
    again, same = judge.fit(LSTMLayer, 2, resume=kept[-1])
    assert torch.equal(weights(again), weights(child))
    assert same.valid_curve == outcome.valid_curve


def test_states_that_do_not_fit(tmp_path):
    kept = []
    trainer().fit(LSTMLayer, 0, on_state=kept.append)
    state = kept[-1]
    for changes, seed, message in (
        ({}, 1, "of another cell, seed, recipe or text"),
        ({"lr": 0.5}, 0, "of another cell, seed, recipe or text"),
        ({"epochs": 2}, 0, "epochs is 2; expected at least 3"),
    ):
        with pytest.raises(SettingError, match=message):
            trainer(**changes).fit(LSTMLayer, seed, resume=state)
    with pytest.raises(SettingError, match="of another cell"):
        trainer().fit(ToyCell, 0, resume=state)
    trainer().fit(ToyCell, 0, on_state=kept.append)
    with pytest.raises(TrainingError, match="the weights of another network"):
        trainer().fit(partial(ToyCell, base=4), 0, resume=kept[-1])
    with_a_gpu = {**state.tensors, "generator.cuda": torch.zeros(16, dtype=torch.uint8)}
    with pytest.raises(TrainingError, match="was made with a GPU, where dropout draws other"):
        trainer().fit(LSTMLayer, 0, resume=replace(state, tensors=with_a_gpu))
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
    kept = []
    trainer(epochs=1).fit(one, 0, on_state=kept.append)
    with pytest.raises(SettingError, match="of another cell"):
        trainer().fit(other, 0, resume=kept[0])
    lines = [line[::-1] for line in LINES]  # as many tokens and symbols
    text = text_of_lines("count", "Counting", lines, LINES[:10], LINES[:6])
    assert (text.counts, text.num_symbols) == (TEXT.counts, TEXT.num_symbols)
    with pytest.raises(SettingError, match="or text"):
        LanguageTrainer(text, RECIPE).fit(one, 0, resume=kept[0])
    trainer().fit(one, 0, resume=kept[0])


@pytest.mark.parametrize("group", ["model", "best", "optimizer", "generator"])
def test_a_state_without_a_part_of_it_is_one_line(group):
    kept = []
    trainer(ADAM, epochs=1).fit(LSTMLayer, 0, on_state=kept.append)
    tensors = {k: v for k, v in kept[0].tensors.items() if not k.startswith(group)}
    if group == "optimizer":
        tensors["optimizer.x"] = torch.zeros(1)
    with pytest.raises(TrainingError, match="the state to go on from is damaged") as caught:
        trainer(ADAM).fit(LSTMLayer, 0, resume=replace(kept[0], tensors=tensors))
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
    child, _ = trainer(epochs=1).fit(Spy, 0)
    for layer in child.layers:
        assert len(layer.given) == -(-len(trainer().inputs) // 5)
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

    trainer(epochs=1, num_layers=1).fit(Reader, 0)
    assert sum(seen) == len(TEXT.train) // 4 and set(seen[:-1]) == {5}


def moved(**changes):
    """How far one update moves the weights."""
    one = trainer(epochs=1, unroll=10_000, **changes)
    child, _ = one.fit(LSTMLayer, 0)
    start, _ = trainer(epochs=1, unroll=10_000, **{**changes, "lr": 1e-30}).fit(LSTMLayer, 0)
    return weights(child) - weights(start)


def test_clipping_and_the_sum_over_steps():
    steps = len(trainer().inputs)
    summed, mean = moved(clip=1e9, lr=1e-4), moved(clip=1e9, lr=1e-4, sum_steps=False)
    torch.testing.assert_close(summed, steps * mean, rtol=0.02, atol=1e-6)
    assert moved(clip=0.01, lr=1.0).norm().item() == pytest.approx(0.01, rel=1e-3)


CELLS = pytest.mark.parametrize("cell", [LSTMLayer, published.NAS_CELL], ids=["lstm", "nas"])


def gradients(cell, precision="float32", dtype=torch.float32):
    """The gradients of a whole text as one segment, by the trainer."""
    one = trainer(precision=precision, hidden_size=32, lr=1e-30, clip=1e9, unroll=10_000)
    torch.manual_seed(0)
    child = one.model(cell).to(dtype)
    one.train_epoch(child, one._optimizer(child), 0)
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
    assert trainer(precision="auto", hidden_size=63).dtype == torch.float32
    assert trainer(precision="auto", hidden_size=64).dtype == (
        torch.bfloat16 if fast else torch.float32
    )
    low = trainer(precision="bfloat16", epochs=1)
    child, outcome = low.fit(LSTMLayer, 0)
    assert outcome.valid_curve == (perplexity(trainer().nats(child, low.valid)),)


def test_only_the_first_tokens_are_used():
    some = trainer(num_train=41)
    assert torch.equal(some.targets.T.flatten(), TEXT.train[:40])
    for num_train in (3, len(TEXT.train) + 1):
        with pytest.raises(SettingError, match=f"num_train is {num_train}; expected 4"):
            trainer(num_train=num_train)


def test_children_that_diverge_fail():
    with pytest.raises(TrainingError, match=r"the loss became (nan|inf) in epoch 1"):
        trainer().fit(ExplodingCell, 0)
    with pytest.raises(TrainingError):
        trainer(lr=1e30, clip=1e30).fit(LSTMLayer, 0)


def test_warming_up_changes_nothing():
    first = trainer()
    first.warm_up()
    assert torch.equal(weights(first.fit(LSTMLayer, 0)[0]), weights(trainer().fit(LSTMLayer, 0)[0]))
    assert repr(first).startswith("LanguageTrainer(Counting, 268 train, 45 valid, cpu)")


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("cell", [LSTMLayer, published.NAS_CELL])
def test_cuda_trains_scores_and_goes_on(cell):
    kept = []
    device = torch.device("cuda")
    whole, _ = LanguageTrainer(TEXT, ADAM, device).fit(cell, 7, on_state=kept.append)
    second, _ = LanguageTrainer(TEXT, ADAM, device).fit(cell, 7, resume=kept[0])
    torch.testing.assert_close(weights(second), weights(whole), rtol=1e-3, atol=1e-4)
    with pytest.raises(TrainingError, match="was made with a GPU"):
        LanguageTrainer(TEXT, ADAM, torch.device("cpu")).fit(cell, 7, resume=kept[0])
