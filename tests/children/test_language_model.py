import subprocess
import sys
from functools import partial
from types import SimpleNamespace

import pytest
import torch
from torch.nn.functional import cross_entropy
from toy_cells import NoCell, ToyCell

from nasedu import ConvNetSpace
from nasedu.children import (
    LanguageModel,
    LSTMLayer,
    ModelSettings,
    hidden_size_for,
    language_model,
)
from nasedu.children.language_model import count_parameters, detached
from nasedu.errors import SettingError

TOKENS = torch.tensor([[1, 4], [2, 0], [3, 1], [4, 4], [0, 2]])  # (T, B)
CELLS = {"lstm": LSTMLayer, "toy": ToyCell}


def model(cell=LSTMLayer, **settings):
    torch.manual_seed(0)
    said = {"hidden_size": 6, "tied": True, "init_range": 0.5, **settings}
    return LanguageModel(cell, 5, ModelSettings(**said))


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
@pytest.mark.parametrize("settings", [{}, {"tied": False, "embedding_size": 3, "num_layers": 1}])
def test_segments_with_the_state_carried_over_are_as_the_whole(cell, settings):
    child = model(cell, **settings).double()
    whole, _ = child(TOKENS, child.initial_state(2))
    assert whole.shape == (5, 2, 5)
    first, state = child(TOKENS[:2], child.initial_state(2))
    rest, _ = child(TOKENS[2:], detached(state))
    torch.testing.assert_close(torch.cat([first, rest]), whole)
    assert [tuple(h.shape) for pair in state for h in pair] == [(2, 6)] * 2 * len(child.layers)


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_a_prediction_depends_on_what_came_before_and_on_nothing_else(cell):
    child = model(cell)
    start = child.initial_state(2)
    before, _ = child(TOKENS, start)
    changed = TOKENS.clone()
    changed[2, 0] = 4
    after, _ = child(changed, start)
    assert torch.equal(before[:2], after[:2]) and torch.equal(before[:, 1], after[:, 1])
    assert (before[2:, 0] != after[2:, 0]).any(1).all()


def test_tied_weights_are_one_tensor_and_get_both_gradients():
    tied, untied = model(), model(tied=False)
    assert tied.output.weight is tied.embedding.weight
    assert untied.num_parameters - tied.num_parameters == 5 * 6
    untied.load_state_dict(tied.state_dict())
    for child in (tied, untied):
        logits, _ = child(TOKENS, child.initial_state(2))
        cross_entropy(logits.flatten(0, 1), TOKENS.flatten()).backward()
    both = untied.embedding.weight.grad + untied.output.weight.grad
    torch.testing.assert_close(tied.embedding.weight.grad, both)


def zero_pattern(child, where):
    """Which numbers of a part's output were dropped, ``(T, B, H)``."""
    ones = torch.ones(50, 20, 6)
    dropped = child._dropped(ones) if where == "between" else child._embedded(TOKENS)
    return dropped == 0


def test_zaremba_drops_others_at_every_step_and_gal_the_same():
    torch.manual_seed(0)
    for variational in (False, True):
        child = model(dropout=0.3, variational=variational)
        zeros = zero_pattern(child, "between")
        assert abs(zeros.float().mean() - 0.3) < 0.1
        assert bool((zeros == zeros[:1]).all()) is variational
        assert not (zeros == zeros[:, :1]).all()  # every stream has a mask of its own
        assert (child._dropped(torch.ones(50, 20, 6))[~zeros[:1].expand(50, 20, 6)]).max() > 1


def test_dropout_keeps_the_mean():
    child = model(dropout=0.3, variational=True)
    torch.manual_seed(1)
    kept = torch.stack([child._dropped(torch.ones(1, 100, 6)) for _ in range(50)])
    assert abs(kept.mean() - 1) < 0.02
    assert kept.unique().tolist() == pytest.approx([0, 1 / 0.7])


def test_embedding_dropout_drops_whole_words_of_a_stream():
    child = model(embedding_dropout=0.5)
    tokens = torch.arange(5).repeat(4, 3).T.contiguous()  # (5 * 3, 4)
    torch.manual_seed(0)
    zeros = (child._embedded(tokens) == 0).view(3, 5, 4, -1)  # repeats, words, streams, numbers
    words = zeros[0, :, :, 0]  # (words, streams)
    assert (zeros == words[None, :, :, None]).all()  # a word is gone wherever it stands, and whole
    assert not (words == words[:, :1]).all() and 0.2 < words.float().mean() < 0.8


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_recurrent_dropout_cuts_units_from_the_next_step_of_every_gate(cell):
    child = model(cell, recurrent_dropout=0.5, num_layers=1).double()
    (layer,) = child.layers
    inputs = torch.zeros(2, 3, 6, dtype=torch.float64)
    h = torch.rand(3, 6, dtype=torch.float64)
    torch.manual_seed(3)
    outputs, _ = child._run(layer, inputs[:1], (h, torch.zeros_like(h)))
    outputs.sum().backward()
    [weight] = [p for name, p in layer.named_parameters() if "weight_hh" in name]
    gates = (weight.grad == 0).view(-1, 6, 6)  # (G, H, H): which gradients are zero
    live = gates[~gates.all(2).all(1)]  # a dead leaf has no gradient at all
    cut = live.all(1)  # (G, H): units that a gate goes without
    assert len(live) > 1 and 0.2 < cut.double().mean() < 0.8
    assert not (cut == cut[:1]).all()  # every gate has a mask of its own
    child.eval()
    plain, _ = child._run(layer, inputs, (h, h))
    torch.testing.assert_close(plain, layer(inputs, (h, h))[0])


def test_dropout_is_for_training_alone():
    child = model(dropout=0.5, embedding_dropout=0.5, recurrent_dropout=0.5, variational=True)
    plain = model()
    plain.load_state_dict(child.state_dict())
    expected, _ = plain(TOKENS, plain.initial_state(2))
    dropped, _ = child(TOKENS, child.initial_state(2))
    assert not torch.allclose(dropped, expected)
    child.eval()
    assert torch.equal(child(TOKENS, child.initial_state(2))[0], expected)


def test_weights_are_within_their_range_and_drawn_by_the_global_seed():
    child = model(init_range=0.05)
    values = torch.cat([parameter.flatten() for parameter in child.parameters()])
    assert 0.045 < values.abs().max() <= 0.05 and abs(values.mean()) < 0.01
    assert torch.equal(child.output.weight, model(init_range=0.05).output.weight)


def test_an_architecture_is_built_by_its_problem(monkeypatch):
    def build(cell, *, input_size, hidden_size):
        assert cell == "a cell"
        return ToyCell(input_size, hidden_size)

    row = SimpleNamespace(load={"child": build}.get)
    monkeypatch.setattr(language_model, "problem_of", {"a cell": row}.get)
    child = LanguageModel("a cell", 5, ModelSettings(6, embedding_size=3))
    shapes = [tuple(layer.weight_ih.shape) for layer in child.layers]
    assert shapes == [(48, 3), (48, 6)]


def test_settings_that_cannot_be():
    for settings, message in (
        ({"embedding_size": 3}, "embedding_size is 3 and hidden_size 6; expected them equal"),
        ({"num_layers": 0}, "num_layers is 0; expected an integer of at least 1"),
        ({"dropout": 1.0}, "dropout is 1.0; expected 0 or more and below 1"),
        ({"recurrent_dropout": -0.1}, "recurrent_dropout is -0.1"),
        ({"embedding_dropout": float("nan")}, "embedding_dropout is nan"),
    ):
        with pytest.raises(SettingError, match=message):
            model(**settings)
    with pytest.raises(SettingError, match="no weights that are called weight_hh"):
        model(NoCell, recurrent_dropout=0.1)


def formula(base, num_symbols, hidden, embedding=None, tied=True, bias=0):
    """Parameters of two layers, counted by hand; ``bias`` is that of one row of a layer."""
    size = embedding or hidden
    layers = base * hidden * (size + hidden + bias) + base * hidden * (2 * hidden + bias)
    return num_symbols * size + layers + (0 if tied else num_symbols * hidden) + num_symbols


@pytest.mark.parametrize("settings", [{}, {"tied": True}, {"embedding_size": 7}])
def test_counts_are_exact(settings):
    for hidden in (1, 6, 13):
        args = {"embedding": settings.get("embedding_size"), "tied": settings.get("tied", False)}
        toy = count_parameters(ToyCell, 50, hidden, **settings)
        lstm = count_parameters(LSTMLayer, 50, hidden, **settings)
        assert toy == formula(8, 50, hidden, **args)
        assert lstm == formula(4, 50, hidden, bias=2, **args)
        assert toy == LanguageModel(ToyCell, 50, ModelSettings(hidden, **settings)).num_parameters


def test_sizes_that_the_paper_states():
    """Base 8 without bias; 10,000 words, or 50 characters."""
    untied = {"tied": False}
    assert 530 <= hidden_size_for(20_000_000, ToyCell, 10_000, **untied) <= 540
    assert round(formula(8, 10_000, 740, tied=False) / 1e6, 1) == 32.3
    assert round(formula(8, 10_000, 740) / 1e6, 1) == 24.9
    assert round(formula(8, 10_000, 1152) / 1e6) == 54
    assert round(formula(8, 50, 800, embedding=128, tied=False) / 1e6, 2) == 16.23
    assert hidden_size_for(32_300_000, ToyCell, 10_000, **untied) in (739, 740)
    assert hidden_size_for(24_900_000, ToyCell, 10_000, tied=True) in (739, 740)
    assert 1148 <= hidden_size_for(54_000_000, ToyCell, 10_000, tied=True) <= 1154
    characters = {"embedding_size": 128, "tied": False}
    assert hidden_size_for(16_230_000, ToyCell, 50, **characters) == 800
    assert hidden_size_for(6_570_000, ToyCell, 50, **characters) == 501
    assert abs(hidden_size_for(6_570_000, LSTMLayer, 50, **characters) - 716) <= 1


def test_zarembas_sizes():
    assert round(count_parameters(LSTMLayer, 10_000, 200, tied=False) / 1e6, 2) == 4.65
    assert round(count_parameters(LSTMLayer, 10_000, 650, tied=False) / 1e6, 1) == 19.8


@pytest.mark.parametrize("wanted", [500, 999, 1000, 1001, 5321, 20_000])
def test_the_closest_size_is_found(wanted):
    found = hidden_size_for(wanted, ToyCell, 20, tied=True)
    distances = {h: abs(formula(8, 20, h) - wanted) for h in range(1, 60)}
    assert found == min(distances, key=lambda h: (distances[h], h))


def test_counting_draws_no_numbers_and_too_few_parameters_are_refused():
    before = torch.random.get_rng_state()
    hidden_size_for(10_000, LSTMLayer, 50)
    assert torch.equal(torch.random.get_rng_state(), before)
    with pytest.raises(SettingError, match="num_parameters is 10; expected at least 116"):
        hidden_size_for(10, partial(ToyCell, base=4), 50, tied=True)


def test_a_cell_runs_in_a_process_that_counted_it_first():
    code = (
        "import torch; from nasedu import published; from nasedu.children import build; "
        "from nasedu.children.language_model import count_parameters; "
        "count_parameters(published.NAS_CELL, 50, 4); "
        "cell = build(published.NAS_CELL, input_size=4, hidden_size=4); "
        "steps, state = torch.ones(3, 2, 4), (torch.zeros(2, 4),) * 2; "
        "cell(steps, state)[0].sum().backward(); "
        "assert all(torch.isfinite(each.grad).all() for each in cell.parameters())"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_flop_of_a_symbol():
    child = model(ToyCell, tied=False)
    assert child.flop == 2 * (2 * 8 * 6 * 12 + 5 * 6)


def test_an_architecture_of_another_kind_is_a_type_error():
    net = ConvNetSpace(2).decode([0] * len(ConvNetSpace(2).decisions))
    assert not callable(net) and not callable(SimpleNamespace())
    with pytest.raises(TypeError):
        LanguageModel(net, 5, ModelSettings(6))


def test_an_lstm_stays_in_float32_where_bfloat16_would_be_emulated(monkeypatch):
    child = model()
    exact, _ = child.read(TOKENS, child.initial_state(2))
    monkeypatch.setattr("nasedu.children.precision.has_bfloat16", lambda _: False)
    with torch.autocast("cpu", torch.bfloat16):
        found, _ = child.read(TOKENS, child.initial_state(2))
        assert child.output(found).dtype == torch.bfloat16  # the rest does as it is told
    assert torch.equal(found, exact)
    found.sum().backward()
    assert child.layers[0].lstm.weight_hh_l0.grad.abs().sum() > 0
