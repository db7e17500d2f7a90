import os
import platform
import subprocess
import sys

import pytest
import torch

from nasedu.training import one_thread, seeded

FAULTS = """
import resource, sys, torch
from nasedu.training import keep_freed_memory
if sys.argv[1] == "kept":
    keep_freed_memory()
for step in range(40):
    if step == 20:
        before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    maps = [torch.ones(2_000_000) for _ in range(8)]
    del maps
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="the C library is not glibc")
def test_kept_memory_comes_without_new_pages():
    # Left alone, glibc sometimes learns to keep memory by itself; with this it never does.
    unlearning = {**os.environ, "MALLOC_MMAP_THRESHOLD_": str(2**17)}
    faults = {
        how: int(
            subprocess.run(
                [sys.executable, "-c", FAULTS, how],
                capture_output=True,
                text=True,
                check=True,
                env=unlearning,
            ).stdout
        )
        for how in ("returned", "kept")
    }
    assert faults["kept"] < faults["returned"] / 4


def test_one_thread_ends_with_the_block_even_by_an_error():
    torch.set_num_threads(2)
    with pytest.raises(ValueError, match="inside"), one_thread():
        assert torch.get_num_threads() == 1
        raise ValueError("inside")
    assert torch.get_num_threads() == 2


def test_seeded_gives_the_same_and_leaves_no_trace():
    drawn = []
    torch.manual_seed(1)
    expected = torch.rand(2)
    torch.manual_seed(1)
    for _ in range(2):
        with seeded(5):
            drawn.append(torch.rand(3))
    assert torch.equal(*drawn)
    assert torch.equal(torch.rand(2), expected)
