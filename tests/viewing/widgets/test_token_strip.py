import json

import pytest

from nasedu.errors import DrawingError, SearchSpaceError
from nasedu.spaces import ConvNetSpace, RecurrentCellSpace
from nasedu.viewing import TokenStrip
from nasedu.viewing.drawings import dot_drawing

widgets = pytest.importorskip("ipywidgets")

VIEW = "application/vnd.jupyter.widget-view+json"
SPACE = ConvNetSpace(3, (1, 3), (3, 5), (8, 16))
PLAIN = ConvNetSpace(2, (1, 3, 5), (1, 3), (8, 16), skip_connections=False)


def controls(strip, kind):
    found, todo = [], [strip.widget]
    while todo:
        widget = todo.pop(0)
        todo = [*getattr(widget, "children", ()), *todo]
        if isinstance(widget, kind):
            found.append(widget)
    return found


def shown(strip):
    return controls(strip, widgets.HTML)[-1].value


def seen(control):
    return control.description.partition("</i>")[2]


def test_it_begins_with_the_first_choices_and_each_layer_fed_by_the_one_before():
    strip = TokenStrip(SPACE)
    assert strip.tokens == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2]
    assert [layer.inputs for layer in strip.net.layers] == [(0,), (1,), (2,)]


def test_every_decision_has_a_control_with_a_label():
    strip = TokenStrip(SPACE)
    lists = controls(strip, widgets.Dropdown)
    assert [seen(c) for c in lists] == ["height", "width", "filters"] * 3
    assert lists[5].tooltip == "num filters of layer 2"
    assert [label for label, _ in lists[2].options] == ["8", "16"]
    boxes = controls(strip, widgets.Checkbox)
    assert [c.description for c in boxes] == ["2 reads 1", "3 reads 1", "3 reads 2"]


def test_choosing_another_word_changes_tokens_text_and_drawing():
    strip = TokenStrip(PLAIN)
    before = shown(strip)
    controls(strip, widgets.Dropdown)[3].value = 2  # height of layer 2
    assert strip.tokens == [0, 0, 0, 2, 0, 0]
    assert strip.net.layers[1].filter_height == 5
    assert shown(strip) != before
    assert "0 0 0 | 2 0 0" in shown(strip)
    assert strip.net.digest[:8] in shown(strip)
    assert "5×1" in strip.drawing.svg and strip.drawing.html in shown(strip)


def test_ticking_a_layer_adds_a_skip_connection():
    strip = TokenStrip(SPACE)
    controls(strip, widgets.Checkbox)[1].value = True  # layer 3 reads 1
    assert strip.tokens[-1] == 0b11
    assert strip.net.layers[2].inputs == (1, 2)
    controls(strip, widgets.Checkbox)[0].value = False  # layer 2 reads nothing: the image
    assert strip.net.layers[1].inputs == (0,)


def test_setting_the_tokens_moves_the_controls():
    strip = TokenStrip(SPACE)
    strip.tokens = [1, 1, 1, 0, 0, 1, 0, 0, 1, 0, 1, 3]
    assert [c.value for c in controls(strip, widgets.Dropdown)] == [1, 1, 1, 0, 1, 0, 1, 0, 1]
    assert [c.value for c in controls(strip, widgets.Checkbox)] == [False, True, True]
    assert strip.sentence in shown(strip)


def test_it_draws_once_for_a_whole_new_sentence(monkeypatch):
    strip = TokenStrip(SPACE)
    drawn = []
    monkeypatch.setattr(strip, "_draw", lambda: drawn.append(1) or strip.drawing)
    strip.tokens = [1, 1, 1, 0, 1, 1, 1, 0, 1, 1, 1, 3]
    assert len(drawn) == 1


@pytest.mark.parametrize("tokens", [[0, 0, 0], [9] * 6, [0] * 7])
def test_tokens_of_another_space_are_refused_and_change_nothing(tokens):
    strip = TokenStrip(PLAIN)
    with pytest.raises(SearchSpaceError):
        strip.tokens = tokens
    assert strip.tokens == [0] * 6
    with pytest.raises(SearchSpaceError):
        TokenStrip(PLAIN, tokens)


def test_the_tokens_that_are_handed_out_are_a_copy():
    strip = TokenStrip(PLAIN)
    strip.tokens.append(1)
    assert strip.tokens == [0] * 6


def test_shape_and_classes_count():
    small = TokenStrip(PLAIN, shape=(1, 8, 8), num_classes=3)
    assert small.facts["parameters"] == f"{1 * 8 + 16 + 8 * 8 + 16 + 8 * 3 + 3:,}"
    assert "8 × 8 × 8" not in small.drawing.alt
    assert "8x8x8" in small.drawing.text


def test_without_a_kernel_it_shows_the_same():
    strip = TokenStrip(PLAIN)
    controls(strip, widgets.Dropdown)[0].value = 1
    bundle = strip._repr_mimebundle_()
    assert set(bundle) == {VIEW, "text/html", "text/plain"}
    assert bundle["text/html"] == shown(strip)
    assert strip.drawing.html in bundle["text/html"]
    assert "tokens: 1 0 0 | 0 0 0" in bundle["text/plain"]
    assert "layer" in bundle["text/plain"] and strip.net.digest[:8] in bundle["text/plain"]
    again = TokenStrip(PLAIN, [1, 0, 0, 0, 0, 0])._repr_mimebundle_()
    assert again["text/html"] == bundle["text/html"]  # a strict notebook test can compare it
    json.dumps(bundle)


def test_more_than_six_layers_are_shown_without_controls():
    strip = TokenStrip(ConvNetSpace(7, (1, 3), (1, 3), (8, 16)))
    assert strip.widget is None
    assert set(strip._repr_mimebundle_()) == {"text/html", "text/plain"}
    strip.tokens = [1] * 2 + [0, 0] + strip.tokens[4:]
    assert strip.net.layers[0].filter_height == 3
    assert TokenStrip(ConvNetSpace(6, (1, 3), (1, 3), (8, 16))).widget is not None


def test_without_a_program_that_draws_it_shows_the_table(monkeypatch):
    def no_renderer(*_):
        raise DrawingError("no program here draws DOT graphs")

    monkeypatch.setattr(dot_drawing, "render", no_renderer)
    strip = TokenStrip(PLAIN)
    assert "<pre>layer" in shown(strip)
    assert "no program here" in shown(strip)


def test_its_repr_is_stable():
    assert repr(TokenStrip(PLAIN)) == "TokenStrip(0 0 0 | 0 0 0)"


def test_a_learning_rate_stands_before_the_first_layer():
    space = ConvNetSpace(
        2, (1,), (3,), (8,), operations=("conv", "max"), learning_rates=(0.01, 0.1)
    )
    strip = TokenStrip(space, [1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 1])
    assert strip.sentence == "1 0 0 0 0 0 | 1 0 0 0 1"
    assert strip.net.learning_rate == 0.1
    names = [seen(control) for control in controls(strip, widgets.Dropdown)]
    assert names[:2] == ["learning rate", "operation"]


def test_a_cell_has_a_line_a_node_and_one_for_the_memory():
    strip = TokenStrip(RecurrentCellSpace(2), [0, 1, 1, 3, 1, 2, 0, 3, 1, 0])  # figure 5
    lists = controls(strip, widgets.Dropdown)
    assert [seen(c) for c in lists] == [
        *(["combine", "activation"] * 4),
        "cell output",
        "cell input",
    ]
    assert lists[4].tooltip == "combine of node 2"
    assert lists[8].tooltip == "cell output of the memory"
    texts = [text.value for text in controls(strip, widgets.HTML)]
    names = [text for text in texts if text.startswith("<b>")]
    assert names == [f"<b>{name}</b>" for name in ("node 0", "node 1", "node 2", "memory")]
    assert "0 1 | 1 3 | 1 2 | 0 3 1 0" in shown(strip)
    lists[5].value = 1
    assert strip.net.nodes[2].activation == "tanh"
    assert strip.net.digest[:8] in shown(strip)
    assert "tanh(a0' * a1)" in strip._repr_mimebundle_()["text/plain"]


@pytest.mark.parametrize(("base", "has_controls"), [(8, True), (16, False)])
def test_a_cell_above_the_papers_base_is_shown_without_controls(base, has_controls):
    strip = TokenStrip(RecurrentCellSpace(base))
    assert (strip.widget is not None) == has_controls
    assert strip.tokens == [0] * (4 * base + 2)
