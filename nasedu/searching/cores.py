"""Cores: how many workers this machine carries."""

from __future__ import annotations

import os
from math import floor
from pathlib import Path, PurePosixPath

from nasedu.errors import SettingError

CGROUP = Path("/sys/fs/cgroup")
OWN_GROUPS = Path("/proc/self/cgroup")


def available_cores() -> int:
    """Return the cores this process may use: CPU affinity, then the container's quota."""
    affinity = getattr(os, "sched_getaffinity", None)  # Linux alone has it
    cores = len(affinity(0)) if affinity else os.cpu_count() or 1
    quota = _cgroup_quota()
    return max(1, min(cores, floor(quota))) if quota else cores


def check_workers(workers: int | None) -> int:
    """Return the number of workers: the one given, else $NASEDU_WORKERS, else one per core.

    Raises:
        SettingError: Not an integer of at least 1.
    """
    if workers is None:
        named = os.environ.get("NASEDU_WORKERS", "")
        if not named:
            return available_cores()
        if not named.isdecimal() or int(named) < 1:
            raise SettingError(f"NASEDU_WORKERS is {named!r}; expected a number of at least 1")
        return int(named)
    if isinstance(workers, bool) or not isinstance(workers, int) or workers < 1:
        raise SettingError(
            f"workers is {workers!r}; expected at least 1, or nothing for one per core "
            f"(here {available_cores()})"
        )
    return workers


def _cgroup_quota() -> float | None:
    """Return the cores that control groups grant to this process, or None.

    Every group counts from its own up to the root: any of them may have the lowest quota.
    """
    try:
        lines = OWN_GROUPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines()
    except OSError:
        lines = []
    quotas = []
    for line in [*lines, "0::/"]:  # "0::/path" of version 2, "4:cpu,cpuacct:/path" of version 1
        _, controllers, path = line.split(":", 2)
        if controllers and "cpu" not in controllers.split(","):
            continue
        group = PurePosixPath(path.lstrip("/"))
        if ".." in group.parts:  # seen from a container, a group outside of it
            group = PurePosixPath()
        for root in ("", "unified", "cpu", controllers):
            quotas += [_quota(CGROUP / root / each) for each in (group, *group.parents)]
    return min((quota for quota in quotas if quota), default=None)


def _quota(group: Path) -> float | None:
    """Return the cores that one group grants (version 2, then 1), or None."""
    try:
        quota, period = (group / "cpu.max").read_text().split()
    except (OSError, ValueError):
        try:
            quota = (group / "cpu.cfs_quota_us").read_text()
            period = (group / "cpu.cfs_period_us").read_text()
        except OSError:
            return None
    try:
        return int(quota) / int(period) if int(quota) > 0 else None
    except (ValueError, ZeroDivisionError):  # "max": no limit
        return None
