from nasedu.architectures import ConvLayer, ConvNet, published
from nasedu.viewing.drawings.connections import connections, meanings


def net(*inputs):
    return ConvNet(tuple(ConvLayer(3, 3, 24, i) for i in inputs))


def test_every_kind_is_told_apart():
    kinds = {(e.source, e.target): e.kind for e in connections(net((0,), (0,), (1, 2), (2,)))}
    assert kinds == {
        (0, 1): "next",
        (0, 2): "image",
        (1, 3): "skip",
        (2, 3): "next",
        (2, 4): "skip",
        (3, 5): "classifier",
        (4, 5): "next",
    }


def test_figure_7_has_its_51_skip_connections():
    kinds = [e.kind for e in connections(published.NAS_CNN_V1)]
    assert kinds.count("skip") == 51
    assert kinds.count("next") == 16
    assert len(kinds) == 67


def test_only_kinds_that_occur_are_explained():
    assert list(meanings(net((0,), (1,)))) == ["next"]
    assert list(meanings(net((0,), (0,), (1, 2), (2,)))) == ["next", "skip", "image", "classifier"]


def test_a_layer_that_reads_the_image_beside_others_did_choose():
    assert meanings(net((0,), (0,)))["image"] == "reads the image: it chose no layer"
    assert meanings(net((0,), (0, 1)))["image"] == "reads the image"
