import os

import pytest

from nasedu.errors import SettingError
from nasedu.searching import available_cores, cores
from nasedu.searching.cores import check_workers


@pytest.fixture
def four_cores(monkeypatch, tmp_path):
    monkeypatch.delenv("NASEDU_WORKERS", raising=False)
    monkeypatch.setattr(os, "sched_getaffinity", lambda pid: {0, 1, 2, 3}, raising=False)
    monkeypatch.setattr(cores, "CGROUP", tmp_path)
    return tmp_path


@pytest.mark.parametrize(
    ("quota", "expected"),
    [("max 100000", 4), ("250000 100000", 2), ("50000 100000", 1), ("800000 100000", 4), ("?", 4)],
)
def test_a_containers_quota_limits_the_workers(four_cores, quota, expected):
    (four_cores / "cpu.max").write_text(quota)
    assert available_cores() == expected
    assert check_workers(None) == expected


@pytest.mark.parametrize(("quota", "expected"), [("-1", 4), ("200000", 2)])
def test_the_first_version_of_control_groups(four_cores, quota, expected):
    (four_cores / "cpu").mkdir()
    (four_cores / "cpu/cpu.cfs_quota_us").write_text(quota)
    (four_cores / "cpu/cpu.cfs_period_us").write_text("100000")
    assert available_cores() == expected


def test_without_a_control_group_affinity_decides(four_cores):
    assert available_cores() == 4


def test_the_environment_may_name_a_number(four_cores, monkeypatch):
    monkeypatch.setenv("NASEDU_WORKERS", "1")
    assert check_workers(None) == 1
    assert check_workers(3) == 3
    monkeypatch.setenv("NASEDU_WORKERS", "none")
    with pytest.raises(SettingError, match="NASEDU_WORKERS is 'none'"):
        check_workers(None)


@pytest.mark.parametrize("workers", [0, -1, 1.5, True, "2"])
def test_a_number_of_workers_that_makes_no_sense(workers):
    with pytest.raises(SettingError, match="expected at least 1"):
        check_workers(workers)
