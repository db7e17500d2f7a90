from nasedu.architectures import ConvLayer, ConvNet, cost, published
from nasedu.viewing.drawings.layer_table import alt_text, headline, layer_table


def test_a_table_by_hand():
    net = ConvNet((ConvLayer(3, 5, 4, (0,)), ConvLayer(1, 1, 8, (0, 1), 2, 2)))
    table = layer_table(net, cost(net, in_channels=1, height=8, width=8), (1, 8, 8))
    assert table.splitlines() == [
        "layer       filter    inputs  output  parameters",
        "image                         1x8x8",
        "1           3x5       0       4x8x8           68",
        "2           1x1 /2x2  0,1     8x4x4           56",
        "classifier            2       10              90",
        "total                                        214",
    ]


def test_the_parameters_add_up():
    net = published.NAS_CNN_V1
    rows = layer_table(net, cost(net), (3, 32, 32)).splitlines()
    parameters = [int(row.split()[-1].replace(",", "")) for row in rows[2:]]
    assert parameters[-1] == sum(parameters[:-1]) == 4_201_630


def test_one_of_a_kind_has_no_s():
    net = ConvNet((ConvLayer(3, 3, 24, (0,)),))
    assert headline(net, cost(net)) == "1 layer · no skip connections · 946 parameters"


def test_the_alt_text_tells_who_gets_the_loose_ends():
    net = ConvNet(tuple(ConvLayer(3, 3, 24, (0,)) for _ in range(3)))
    assert alt_text(net, cost(net)).endswith(
        "The image also feeds layers 2, 3. No layer reads layers 1, 2: the classifier does."
    )


def test_pooling_and_a_learning_rate_are_told():
    layers = (ConvLayer(3, 5, 4, (0,)), ConvLayer(3, 3, 0, (0, 1), 2, 2, "max"))
    net = ConvNet(layers, (1,), 0.05)
    counts = cost(net, in_channels=1, height=8, width=8)
    assert layer_table(net, counts, (1, 8, 8)).splitlines() == [
        "layer          filter        inputs      output  parameters",
        "image                                    1x8x8",
        "1              3x5           0           4x8x8           68",
        "pooling        max 2x2 /2x2  all so far",
        "2              max 3x3 /2x2  0,1         5x2x2            0",
        "classifier                   2           10              60",
        "total                                                   128",
        "learning rate                            0.05",
    ]
    text = "2 layers · no skip connections · 1 pooling · learning rate 0.05 · 128 parameters"
    assert headline(net, counts) == text
    told = "Max pooling: layer 2. All outputs so far are max-pooled after layer 1. The image also"
    assert told in alt_text(net, counts)
