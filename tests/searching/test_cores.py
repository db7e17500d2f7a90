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
    monkeypatch.setattr(cores, "OWN_GROUPS", tmp_path / "absent")
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


@pytest.mark.parametrize(
    ("quotas", "expected"),
    [
        ({"a": "300000 100000", "a/b": "100000 100000", "a/b/c": "max 100000"}, 1),
        ({"a": "max 100000", "a/b/c": "200000 100000"}, 2),
        ({"": "100000 100000", "a/b/c": "200000 100000"}, 1),
        ({"a/other": "100000 100000"}, 4),
    ],
)
def test_the_lowest_quota_of_all_groups_around_the_process_counts(
    four_cores, monkeypatch, quotas, expected
):
    own = four_cores / "own"
    own.write_text("0::/a/b/c\n")
    monkeypatch.setattr(cores, "OWN_GROUPS", own)
    for group, quota in quotas.items():
        (four_cores / group).mkdir(parents=True, exist_ok=True)
        (four_cores / group / "cpu.max").write_text(quota)
    assert available_cores() == expected


@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct"])
def test_nested_groups_of_the_first_version(four_cores, monkeypatch, mount):
    own = four_cores / "own"
    own.write_text("5:memory:/elsewhere\n4:cpu,cpuacct:/a/b\n1:name=systemd:/user:slice\n0::/\n")
    monkeypatch.setattr(cores, "OWN_GROUPS", own)
    for group, quota in (("a", "100000"), ("a/b", "-1"), ("elsewhere", "50000")):
        (four_cores / mount / group).mkdir(parents=True)
        (four_cores / mount / group / "cpu.cfs_quota_us").write_text(quota)
        (four_cores / mount / group / "cpu.cfs_period_us").write_text("100000")
    assert available_cores() == 1


def test_a_group_outside_of_the_container_is_that_of_the_container(four_cores, monkeypatch):
    (four_cores / "own").write_text("0::/../../elsewhere\n")
    monkeypatch.setattr(cores, "OWN_GROUPS", four_cores / "own")
    (four_cores / "cpu.max").write_text("200000 100000")
    assert available_cores() == 2


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
