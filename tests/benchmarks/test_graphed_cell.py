"""Cells as graphs: on a GPU the real ones; elsewhere what they promise, with the memory reused."""

from functools import partial

import pytest
import torch

from nasedu import published
from nasedu.data.text import text_of_lines
from nasedu.training import LanguageRecipe, LanguageTask

LINES = [["one", "two", "three", "four"], ["five", "six", "seven"]] * 6
TEXT = text_of_lines("count", "Counting", LINES, LINES[:4], LINES[:2])
RECIPE = LanguageRecipe(  # 54 tokens in 3 streams: the last segment is shorter
    hidden_size=8, epochs=2, batch_size=3, unroll=5, tied=True, variational=True
)
DROPPING = LanguageRecipe(
    hidden_size=8, epochs=2, batch_size=3, unroll=5, dropout=0.2, recurrent_dropout=0.3
)


@pytest.fixture
def graphed_cell(script):
    return script("graphed_cell")


def replayed(function, samples):
    """Stand in for `torch.cuda.make_graphed_callables`: every call uses the same memory again."""
    with torch.enable_grad():
        static = [each.detach().clone() for each in function(*samples)]
    wanted = [each for each in samples if each.requires_grad]
    grads, last = [torch.empty_like(each) for each in wanted], []

    class Replayed(torch.autograd.Function):
        @staticmethod
        def forward(ctx, *inputs):
            assert [i.requires_grad for i in inputs] == [s.requires_grad for s in samples]
            for sample, value in zip(samples, inputs, strict=True):
                sample.copy_(value)
            with torch.enable_grad():
                last[:] = function(*samples)
            for kept, value in zip(static, last, strict=True):
                kept.copy_(value.detach())
            return tuple(kept.detach() for kept in static)

        @staticmethod
        def backward(ctx, *given):
            for kept, value in zip(grads, torch.autograd.grad(last, wanted, given), strict=True):
                kept.copy_(value)
            found = iter(grads)
            return tuple(next(found).detach() if s.requires_grad else None for s in samples)

    return Replayed.apply


@pytest.mark.parametrize("recipe", [RECIPE, DROPPING], ids=["tied", "dropping"])
@pytest.mark.parametrize("cell", [published.NAS_CELL, published.NAS_CELL_MAX_SIN])
def test_training_with_graphs_is_training(graphed_cell, monkeypatch, recipe, cell):
    captured = []

    def capture(function, samples):
        captured.append(samples[0].shape)
        return replayed(function, samples)

    monkeypatch.setattr(graphed_cell, "can_graph", lambda x: True)
    monkeypatch.setattr(torch.cuda, "make_graphed_callables", capture)
    task = LanguageTask(TEXT, recipe, torch.device("cpu"))
    expected, one = task.fit(cell, 3)
    found, two = task.fit(partial(graphed_cell.GraphedCell, cell), 3)
    assert captured == [(5, 3, 8)] * 2 + [(3, 3, 8)] * 2  # each layer's, and the last segment's
    assert (one.train_curve, one.valid_curve) == (two.train_curve, two.valid_curve)
    for weight, other in zip(found.parameters(), expected.parameters(), strict=True):
        assert torch.equal(weight, other)


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
@pytest.mark.parametrize("recipe", [RECIPE, DROPPING], ids=["tied", "dropping"])
def test_cuda_graphs_train_as_well(graphed_cell, recipe):
    task = LanguageTask(TEXT, recipe, torch.device("cuda"))
    _, one = task.fit(published.NAS_CELL, 3)
    _, two = task.fit(partial(graphed_cell.GraphedCell, published.NAS_CELL), 3)
    assert two.train_curve == pytest.approx(one.train_curve, rel=1e-4)
