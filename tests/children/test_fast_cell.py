"""The fast cell is the plain one: numbers, gradients, and what it promises beside."""

import copy
import itertools
import random

import pytest
import torch

from nasedu import CellNode, RecurrentCell, RecurrentCellSpace, build, published
from nasedu.children.fast_cell.plan import places, plan

EVERYTHING = {
    "combines": ("add", "mul", "max"),
    "activations": ("identity", "tanh", "sigmoid", "relu", "sin"),
}


def random_cells(base, count, **choices):
    source, space = random.Random(base), RecurrentCellSpace(base, **choices)
    for _ in range(count):
        yield space.decode([source.randrange(d.num_tokens) for d in space.decisions])


def pair(cell, input_size=3, hidden_size=4, dtype=torch.float64, seed=0):
    """Return the plain form and the fast one with the same weights."""
    torch.manual_seed(seed)
    plain = build(cell, input_size=input_size, hidden_size=hidden_size, fast=False).to(dtype)
    with torch.no_grad():
        for weight in plain.parameters():
            weight.mul_(2)
    fast = build(cell, input_size=input_size, hidden_size=hidden_size).to(dtype)
    fast.load_state_dict(plain.state_dict())
    return plain, fast


def results(child, steps=5, batch=2, seed=0):
    """Return outputs, states and the gradients of everything of a made-up loss."""
    source = torch.Generator().manual_seed(seed)
    dtype = child.weight_hh.dtype
    sizes = [(steps, batch, child.input_size), *[(batch, child.hidden_size)] * 2]
    x, h, c = (torch.randn(s, generator=source, dtype=torch.float64).to(dtype) for s in sizes)
    inputs = [each.requires_grad_() for each in (x, h, c)]
    out, (h, c) = child(inputs[0], (inputs[1], inputs[2]))
    values = (out, h, c)
    loss = sum(
        (v * torch.randn(v.shape, generator=source, dtype=torch.float64).to(v)).sum()
        for v in values
    )
    wanted = [*inputs, *child.parameters()]
    grads = torch.autograd.grad(loss, wanted, allow_unused=True, materialize_grads=True)
    return [v.detach() for v in values], list(grads)


def everything(child):
    values, grads = results(child)
    return values + grads


def difference(found, expected):
    """Return the relative error of a tensor as a whole; NaN and infinities must agree."""
    assert torch.equal(found.isfinite(), expected.isfinite())
    found, expected = (each.nan_to_num(0, 0, 0).double() for each in (found, expected))
    size = expected.norm().item()
    error = (found - expected).norm().item()
    return error / size if size else error


@pytest.mark.parametrize("base", [1, 2, 4, 8])
@pytest.mark.parametrize("choices", [{}, EVERYTHING], ids=["paper", "max and sin"])
def test_outputs_and_all_gradients_are_the_plain_ones(base, choices):
    # Of random cells, those count whose output moves with its input: 60 of each kind.
    live = 0
    for cell in random_cells(base, 200, **choices):
        plain, fast = pair(cell)
        (values, grads), (fast_values, fast_grads) = results(plain), results(fast)
        live += bool(grads[0].norm() > 0)
        for found, expected in zip(fast_values + fast_grads, values + grads, strict=True):
            assert difference(found, expected) < 1e-9, str(cell)
        if live == 60:
            break
    assert live == 60


def test_float32_stays_close_to_float64():
    for cell in (published.NAS_CELL, published.NAS_CELL_MAX_SIN):
        exact, fast = pair(cell, 16, 16)[0], pair(cell, 16, 16, torch.float32)[1]
        for found, expected in zip(everything(fast), everything(exact), strict=True):
            assert difference(found, expected) < 1e-5
    for cell in random_cells(8, 10):  # a tanh is right to 1e-7, not in every digit of 1e-9
        exact, fast = pair(cell, 16, 16)[0], pair(cell, 16, 16, torch.float32)[1]
        found, expected = results(fast)[0][0], results(exact)[0][0]
        torch.testing.assert_close(found.double(), expected, rtol=1e-5, atol=2e-6)


def test_bfloat16_products_are_no_worse_than_autocast_makes_the_plain_cell():
    for cell in (published.NAS_CELL, published.NAS_CELL_MAX_SIN):
        exact = results(pair(cell, 32, 32)[0], steps=35)
        with torch.autocast("cpu", torch.bfloat16):
            plain, fast = (results(c, steps=35) for c in pair(cell, 32, 32, torch.float32))
        assert {each.dtype for each in (*fast[0], *fast[1])} == {torch.float32}
        assert all(difference(a, b) < 0.005 for a, b in zip(fast[0], exact[0], strict=True))
        for found, other, expected in zip(fast[1], plain[1], exact[1], strict=True):
            assert difference(found, expected) < 1.2 * difference(other, expected) + 0.005


def test_unwanted_gradients_and_results_may_be_left_out():
    plain, fast = pair(published.NAS_CELL)
    for child in (plain, fast):
        x = torch.ones(3, 2, 3, dtype=torch.float64)
        child(x)[1][1].sum().backward()  # c_T alone, of inputs without gradient
    torch.testing.assert_close(fast.weight_ih.grad, plain.weight_ih.grad)
    torch.testing.assert_close(fast.weight_hh.grad, plain.weight_hh.grad)


def test_backward_twice_gives_the_same():
    _, fast = pair(published.NAS_CELL)
    x = torch.ones(3, 2, 3, dtype=torch.float64, requires_grad=True)
    loss = fast(x)[0].sum()
    first = torch.autograd.grad(loss, x, retain_graph=True)
    assert torch.equal(torch.autograd.grad(loss, x)[0], first[0])


def test_second_derivatives_fail_clearly():
    _, fast = pair(published.NAS_CELL)
    x = torch.ones(3, 2, 3, dtype=torch.float64, requires_grad=True)
    (grad,) = torch.autograd.grad((fast(x)[0] ** 2).sum(), x, create_graph=True)
    with pytest.raises(RuntimeError, match="once_differentiable"):
        grad.sum().backward()


def test_outputs_that_were_overwritten_are_noticed():
    _, fast = pair(published.NAS_CELL)
    out, _ = fast(torch.ones(3, 2, 3, dtype=torch.float64, requires_grad=True))
    with pytest.raises(RuntimeError, match=r"(?i)in.?place"):
        out.mul_(2).sum().backward()


def kept_bytes(child, steps):
    """Return how much memory the way back needs, in bytes."""
    storages = {}

    def keep(tensor):
        storages[tensor.untyped_storage().data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    x = torch.zeros(steps, 4, child.input_size)
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        out = child(x)
    del out
    return sum(storages.values())


@pytest.mark.parametrize("cell", [published.NAS_CELL, published.NAS_CELL_MAX_SIN])
def test_memory_grows_linearly_and_less_than_the_graphs(cell):
    fast = build(cell, input_size=8, hidden_size=16)
    at_10, at_20, at_40 = (kept_bytes(fast, steps) for steps in (10, 20, 40))
    assert at_40 - at_20 == 2 * (at_20 - at_10) > 0
    plain = build(cell, input_size=8, hidden_size=16, fast=False)
    assert at_40 < kept_bytes(plain, 40)


def test_it_can_be_copied_and_saved():
    _, fast = pair(published.NAS_CELL)
    x = torch.ones(3, 2, 3, dtype=torch.float64)
    assert torch.equal(copy.deepcopy(fast)(x)[0], fast(x)[0])
    assert list(fast.state_dict()) == ["weight_ih", "weight_hh"]


@pytest.mark.parametrize("base", [1, 2, 4, 8, 16])
def test_a_plan_holds_every_node_once_and_every_run_reads_the_right_inputs(base):
    for cell in random_cells(base, 20, **EVERYTHING):
        levels = plan(cell)
        assert [sorted(level.order) for level in levels] == [list(n) for n in cell.levels]
        for below, level in itertools.pairwise(levels):
            made = []
            for run in level.runs:
                for node, *pair in zip(*map(places, run[1:]), strict=True):
                    number = level.order[node]
                    made.append(number)
                    assert {below.order[p] for p in pair} == set(cell.inputs(number))
                    assert cell.nodes[number].combine == run.combine
            assert sorted(made) == sorted(level.order)


def test_equal_siblings_share_their_calls():
    node = CellNode("mul", "tanh")
    levels = plan(RecurrentCell((node,) * 15, node, 0, 0))
    assert [len(level.activations) for level in levels] == [1, 1, 1, 1]
    assert [len(level.runs) for level in levels] == [0, 1, 1, 1]


@pytest.mark.skipif(not torch.cuda.is_available(), reason="there is no CUDA device here")
def test_cuda_gives_the_same():
    for cell in (published.NAS_CELL, published.NAS_CELL_MAX_SIN, *random_cells(8, 5)):
        plain, fast = (child.cuda() for child in pair(cell))
        x = torch.randn(5, 2, 3, dtype=torch.float64, device="cuda", requires_grad=True)
        for found, expected in zip(
            torch.autograd.grad(fast(x)[0].sum(), [x, *fast.parameters()]),
            torch.autograd.grad(plain(x)[0].sum(), [x, *plain.parameters()]),
            strict=True,
        ):
            assert difference(found, expected) < 1e-9
