import os
import subprocess
import sys

import pytest

PARENT = """
import multiprocessing
from nasedu import worker_process

if __name__ == "__main__":
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=worker_process.begin, args=("slow_to_import", "f"))
    process.start()
    process.join()
"""


@pytest.mark.skipif(sys.platform == "win32", reason="nothing is killed like that on Windows")
def test_a_worker_that_is_still_importing_ends_with_its_parent(tmp_path):
    (tmp_path / "parent.py").write_text(PARENT)
    (tmp_path / "slow_to_import.py").write_text(
        "import time\nprint('importing', flush=True)\ntime.sleep(120)\nprint('imported')\n"
    )
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(tmp_path), *sys.path])}
    process = subprocess.Popen(
        [sys.executable, tmp_path / "parent.py"], env=environment, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout.readline() == "importing\n"
    process.kill()
    assert process.stdout.read() == ""  # nobody has it open any more


def test_nothing_that_takes_time_is_imported_first():
    script = "import sys; from nasedu import worker_process; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", script], check=True)
