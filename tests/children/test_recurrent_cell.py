"""What a cell computes, by hand; held against the plain form and against the fast one."""

import math

import numpy as np
import pytest
import torch

from nasedu import CellNode, RecurrentCell, RecurrentCellSpace, build, published
from nasedu.children import FastCell, PlainCell
from nasedu.errors import SettingError

BASE_2 = RecurrentCell(
    (CellNode("add", "tanh"), CellNode("mul", "relu"), CellNode("mul", "sigmoid")),
    cell_inject=CellNode("add", "relu"),
    cell_output=1,
    cell_input=0,
)
FORMS = pytest.mark.parametrize("fast", [False, True], ids=["plain", "fast"])


def made(cell, input_size, hidden_size, fast, seed=0):
    torch.manual_seed(seed)
    return build(cell, input_size=input_size, hidden_size=hidden_size, fast=fast).double()


def doubles(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@FORMS
def test_the_papers_worked_example_value_by_value(fast):
    # Figure 5 with numbers: one sequence, one unit, W1 = 0.5, W3 = 2, U2 = -1, U4 = 3.
    child = made(BASE_2, 1, 1, fast)
    with torch.no_grad():
        child.weight_ih.copy_(torch.tensor([[0.5], [2.0]]))
        child.weight_hh.copy_(torch.tensor([[-1.0], [3.0]]))
    x, h, c = 0.8, 0.25, 0.6
    a0 = math.tanh(0.5 * x + -1 * h)  # tanh(0.4 - 0.25) = tanh(0.15)
    product = (2 * x) * (3 * h)  # 1.6 * 0.75
    a1 = max(product, 0.0)
    a0_injected = max(a0 + c, 0.0)
    a2 = 1 / (1 + math.exp(-a0_injected * a1))
    assert a0 == pytest.approx(0.148885, abs=1e-6)
    assert product == pytest.approx(1.2)
    assert a2 == pytest.approx(0.710674, abs=1e-6)  # sigmoid(0.748885 * 1.2)
    one = torch.ones(1, 1, dtype=torch.float64)
    out, (h_1, c_1) = child(x * one[None], (h * one, c * one))
    assert out.item() == h_1.item() == pytest.approx(a2, abs=1e-12)
    assert c_1.item() == pytest.approx(product, abs=1e-12)


def nas_cell_by_its_equations(x, h, c, weight_ih, weight_hh):
    """One step of the published cell, as TensorFlow's NASCell writes it, without a bias."""

    def sigmoid(a):
        return 1 / (1 + np.exp(-a))

    x_parts = np.split(x @ weight_ih.T, 8, axis=1)
    h_parts = np.split(h @ weight_hh.T, 8, axis=1)
    # First layer
    first = [
        sigmoid(x_parts[0] + h_parts[0]),
        np.maximum(x_parts[1] + h_parts[1], 0),
        sigmoid(x_parts[2] + h_parts[2]),
        np.maximum(x_parts[3] * h_parts[3], 0),
        np.tanh(x_parts[4] + h_parts[4]),
        sigmoid(x_parts[5] + h_parts[5]),
        np.tanh(x_parts[6] + h_parts[6]),
        sigmoid(x_parts[7] + h_parts[7]),
    ]
    # Second layer
    second = [
        np.tanh(first[0] * first[1]),
        np.tanh(first[2] + first[3]),
        np.tanh(first[4] * first[5]),
        sigmoid(first[6] + first[7]),
    ]
    second[0] = np.tanh(second[0] + c)  # the memory comes in
    new_c = second[0] * second[1]
    third = np.tanh(second[2] + second[3])
    return np.tanh(new_c * third), new_c


@FORMS
def test_nas_cell_is_the_published_tensorflow_cell(fast):
    child = made(published.NAS_CELL, 3, 5, fast)
    with torch.no_grad():
        for weight in child.parameters():
            weight.mul_(3)
    x, h, c = doubles(7, 4, 3), doubles(4, 5, seed=1), doubles(4, 5, seed=2)
    out, (h_t, c_t) = child(x, (h, c))
    weights = [child.weight_ih.detach().numpy(), child.weight_hh.detach().numpy()]
    h, c = h.numpy(), c.numpy()
    for x_t, found in zip(x.numpy(), out.detach().numpy(), strict=True):
        h, c = nas_cell_by_its_equations(x_t, h, c, *weights)
        np.testing.assert_allclose(found, h, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(h_t.detach().numpy(), h, rtol=1e-12, atol=1e-14)
    np.testing.assert_allclose(c_t.detach().numpy(), c, rtol=1e-12, atol=1e-14)


@FORMS
def test_the_cell_found_with_max_and_sin(fast):
    child = made(published.NAS_CELL_MAX_SIN, 3, 4, fast)
    x, h, c = doubles(2, 3), doubles(2, 4, seed=1), doubles(2, 4, seed=2)
    w = (x @ child.weight_ih.T).chunk(8, 1)
    u = (h @ child.weight_hh.T).chunk(8, 1)
    a0 = torch.maximum(w[0], u[0]).tanh() + c
    a8 = a0 + torch.maximum(w[1], u[1])
    a9 = ((w[2] + u[2]).tanh() + (w[3] + u[3]).relu()).sigmoid()
    a10 = ((w[4] + u[4]).tanh() + (w[5] + u[5])).sigmoid()
    a11 = (torch.maximum(w[6], u[6]).tanh() + (w[7] + u[7]).tanh()).sigmoid()
    c_t = a8 * a9
    h_t = (c_t * (a10 * a11).sigmoid()).tanh()
    _, (found_h, found_c) = child(x[None], (h, c))
    torch.testing.assert_close(found_h, h_t)
    torch.testing.assert_close(found_c, c_t)


@FORMS
def test_c_t_is_taken_before_an_injection_at_the_same_node(fast):
    cell = RecurrentCell((CellNode("add", "tanh"),), CellNode("mul", "identity"), 0, 0)
    child = made(cell, 2, 3, fast)
    x, h, c = doubles(4, 2), doubles(4, 3, seed=1), doubles(4, 3, seed=2)
    value = x @ child.weight_ih.T + h @ child.weight_hh.T
    _, (h_t, c_t) = child(x[None], (h, c))
    torch.testing.assert_close(c_t, value)  # of the present step alone
    torch.testing.assert_close(h_t, value.tanh() * c)  # an injection at the root changes h_t


@FORMS
def test_states_are_carried_over(fast):
    child = made(published.NAS_CELL, 3, 4, fast)
    x = doubles(9, 2, 3)
    out, state = child(x)
    first, middle = child(x[:5])
    second, last = child(x[5:], middle)
    torch.testing.assert_close(torch.cat([first, second]), out)
    torch.testing.assert_close(last, state)
    assert torch.equal(out[-1], state[0])


@FORMS
@pytest.mark.parametrize(
    "cell",
    [
        # the injection feeds a product with zero, so that c_{t-1} changes nothing
        RecurrentCell(
            (CellNode("add", "relu"), CellNode("add", "relu"), CellNode("mul", "identity")),
            CellNode("add", "relu"),
            cell_output=1,
            cell_input=0,
        ),
        # c_t grows without bound
        RecurrentCell((CellNode("mul", "identity"),), CellNode("mul", "identity"), 0, 0),
    ],
    ids=["dead", "growing"],
)
def test_strange_cells_run_and_have_gradients(cell, fast):
    child = made(cell, 2, 3, fast)
    with torch.no_grad():
        for weight in child.parameters():
            weight.fill_(-1.0 if cell.base == 2 else 1e3)
    x = doubles(50, 2, 2).abs().requires_grad_()
    out, _ = child(x, (torch.ones(2, 3).double(), torch.ones(2, 3).double()))
    out.sum().backward()
    assert out.shape == (50, 2, 3)
    if cell.base == 2:
        assert out.abs().max() == 0
        assert x.grad.isfinite().all()
    else:
        assert not out.isfinite().all()


def test_fast_is_what_build_makes_and_weights_are_those_of_the_design():
    child = build(published.NAS_CELL, input_size=3, hidden_size=4)
    assert isinstance(child, FastCell)
    plain = build(published.NAS_CELL, input_size=3, hidden_size=4, fast=False)
    assert type(plain) is PlainCell
    shapes = {name: tuple(p.shape) for name, p in child.named_parameters()}
    assert shapes == {"weight_ih": (32, 3), "weight_hh": (32, 4)}
    plain.load_state_dict(child.state_dict())
    assert all(weight.abs().max() <= 0.5 for weight in child.parameters())  # 1 / sqrt(4)


@FORMS
@pytest.mark.parametrize(
    ("x", "state", "words"),
    [
        (torch.zeros(5, 2), None, "(5, 2); expected (T, B, 3)"),
        (torch.zeros(5, 2, 4), None, "(5, 2, 4)"),
        (torch.zeros(0, 2, 3), None, "at least one step"),
        (torch.zeros(5, 2, 3), (torch.zeros(2, 4), torch.zeros(1, 4)), "(1, 4); expected (2, 4)"),
    ],
)
def test_shapes_that_do_not_fit_are_named(x, state, words, fast):
    with pytest.raises(SettingError) as caught:
        build(published.NAS_CELL, input_size=3, hidden_size=4, fast=fast)(x, state)
    assert words in str(caught.value)


def test_sizes_are_checked():
    with pytest.raises(SettingError, match="hidden_size 0"):
        build(RecurrentCellSpace(1).decode([0] * 6), input_size=3, hidden_size=0)
    with pytest.raises(TypeError, match="in_channels"):
        build(published.NAS_CELL, in_channels=3)
