"""The scripts of benchmarks as modules."""

import importlib
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture
def script(monkeypatch):
    """Return what imports a script by its name."""
    for folder in (SCRIPTS, SCRIPTS / "gpu"):
        monkeypatch.syspath_prepend(str(folder))
    return importlib.import_module
