"""What tests of runs share."""

import os
import sqlite3
from pathlib import Path

import pytest


@pytest.fixture
def read_only(monkeypatch):
    """Nothing can be written, which SQLite finds out where it would need to."""
    monkeypatch.setattr(os, "access", lambda path, mode: mode != os.W_OK)
    real = sqlite3.connect

    def connect(name, **options):
        if "mode=ro" in str(name) and "immutable" not in name:
            folder = Path(name.removeprefix("file://").partition("?")[0]).parent
            if list(folder.glob("study.db-*")):
                raise sqlite3.OperationalError("unable to open database file")
        return real(name, **options)

    monkeypatch.setattr(sqlite3, "connect", connect)
