"""The page of the simulated cluster, on tables of either direction."""

from types import SimpleNamespace

import numpy as np
import pytest


@pytest.mark.parametrize(("sign", "shown"), [(1, "0.7500"), (-1, "2.5000")])
def test_what_is_shown_is_measured_and_no_score(script, sign, shown):
    lab = SimpleNamespace(sign=sign, score=np.array([sign * float(shown)]))
    found = {
        "places": np.zeros((3, 1000), int),
        "ends": np.tile(np.arange(1000.0), (3, 1)),
        "staleness": np.zeros(1, int),
        "utilisation": np.ones(3),
        "seconds": np.ones(3),
    }
    page = script("cluster_simulated")
    _, learned, best, *_ = page.row(lab, "a scheme", found, goal=lab.score[0])
    assert learned == best == f"{shown} ({shown} to {shown})"
    [curve] = page.curves_of(lab, {"a scheme": found}, np.array([500, 1000])).values()
    over_time = page.best_over_time(lab, found, np.array([10.0]))
    assert curve.mean.tolist() == [float(shown)] * 2 and over_time.mean[0] == float(shown)
