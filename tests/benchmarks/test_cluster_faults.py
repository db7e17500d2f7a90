"""A short run of `benchmarks/cluster_faults.py`: one of each kind is killed, a machine as well."""

import re
import subprocess
import sys

import pytest
from ray_cluster import needs_ray

pytestmark = [*needs_ray, pytest.mark.slow]


@pytest.mark.skipif(sys.platform != "linux", reason="the script reads /proc")
def test_one_of_each_kind_is_killed_and_nothing_is_lost_or_counted_twice(tmp_path, script):
    path, page = script("cluster_faults").__file__, tmp_path / "faults.md"
    words = [sys.executable, path, "--kills", "6", "--record", str(page)]
    done = subprocess.run(words, capture_output=True, text=True, timeout=900)
    assert done.returncode == 0, done.stderr
    said = page.read_text("utf-8")
    assert "Trials lost: 0. Counted twice: 0. All searches ended." in said
    rows = [line.split(" | ") for line in said.splitlines() if re.match(r"\| \d", line)]
    assert [sum(int(row[kind]) for row in rows) for kind in range(1, 7)] == [1] * 6
