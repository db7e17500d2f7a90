import pytest

from nasedu.controller import make_strategy
from nasedu.searching.simulation import Cluster
from nasedu.tables import NetworkTable, TabularEvaluator
from nasedu.viewing import ClusterPanel


@pytest.fixture
def panel():
    table = TabularEvaluator(NetworkTable.load("digits_3_layers"))

    def make(seed):
        return make_strategy("reinforce", table.space.decisions, seed)

    cluster = Cluster(shards=2, replicas=3, children=2, bandwidth=1e6)
    return ClusterPanel(make, table, cluster, trials=24)


def test_fields_say_what_the_cluster_is_and_changing_one_simulates_anew(panel):
    values = {name: control.value for name, control in panel.controls.items()}
    assert values == {"shards": 2, "replicas": 3, "children": 2, "waits": False}
    before = panel.simulated
    panel.controls["replicas"].value = 6
    assert panel.cluster.replicas == 6 and panel.simulated is not before
    assert {stay.machine for stay in panel.simulated.stays} == set(range(1, 13))
    assert panel.html == panel.widget.children[1].value


def test_buttons_kill_at_the_second_of_the_field_and_mend(panel):
    plain = panel.simulated.seconds
    panel.when.value = 0.3
    for name in ("machine", "shard", "replica"):
        panel.buttons[name].click()
    assert {(k.what, k.number, k.seconds) for k in panel.cluster.kills} == {
        ("machine", 1, 0.3),
        ("shard", 1, 0.3),
        ("replica", 1, 0.3),
    }
    assert panel.simulated.num_lost == 1 and panel.simulated.num_unfinished == 0
    assert panel.simulated.seconds > plain
    assert "machine 1 at 0.3 s" in panel.sentence and "children lost 0" in panel.sentence
    panel.buttons["mend"].click()
    assert panel.cluster.kills == () and panel.simulated.seconds == plain


def test_all_can_be_let_wait_for_all(panel):
    assert panel.simulated.staleness.max() > 0
    panel.controls["waits"].value = True
    assert panel.simulated.staleness.max() == 0


def test_many_machines_are_drawn_in_part(panel):
    panel.controls["children"].value = 8
    panel.controls["replicas"].value = 20
    assert "20 replicas of 8 children, the first 3" in panel.picture.figure.get_suptitle()


def test_without_a_kernel_the_same_is_there(panel):
    bundle = panel._repr_mimebundle_()
    assert panel.sentence == bundle["text/plain"]
    assert 'aria-live="polite"' in bundle["text/html"] and "<img" in bundle["text/html"]
