"""The place of a cluster by itself: what it does when its process ends as it starts."""

import pytest
from ray_cluster import needs_ray

from nasedu.errors import SettingError
from nasedu.searching.cluster import joining, remote_pool
from nasedu.searching.worker_side import Parcel

pytestmark = needs_ray[1]


@pytest.fixture
def place(monkeypatch):
    """Return a function that makes a place whose first starts fail, so many of them."""
    # Told what nasedu tells it, or a later test of this process could not start a cluster.
    ray = joining._load_ray(is_loopback=True)
    monkeypatch.setattr(ray, "get_gpu_ids", list)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)

    def make(failures):
        starts = iter(["ended at its start"] * failures)

        def pool(parcel, count, timeout):
            if said := next(starts, None):
                raise SettingError(said)
            return object()

        monkeypatch.setattr(remote_pool, "PoolWorkers", pool)
        return remote_pool.RemotePool(Parcel(b"", ""), None, [], {})

    return make


def test_a_process_that_was_killed_as_it_started_is_started_again(place):
    assert place(failures=1).why_not_ready() is None


def test_one_that_never_starts_says_why(place):
    assert place(failures=9).why_not_ready() == "ended at its start"
