"""The ledger: every row of the document, with its part."""

import pytest

from nasedu.course import ledger

TEXT = """# A title

| not | below | a | heading |

## First part

| what | paper | nasedu | |
|---|---|---|---|
| layers | 15 | the same | Same |

Some text.

## Second part

| what | paper | nasedu | |
|---|---|---|---|
| epochs | 50 | [2](x.md) | Scaled |
"""


def test_rows_stand_under_their_part(tmp_path, monkeypatch):
    path = tmp_path / "fidelity.md"
    path.write_text(TEXT)
    monkeypatch.setattr(ledger, "_document", lambda: path)
    assert ledger.load_ledger().values.tolist() == [
        ["First part", "layers", "15", "the same", "Same"],
        ["Second part", "epochs", "50", "[2](x.md)", "Scaled"],
    ]


@pytest.mark.parametrize("part", ["Results", "Where the paper contradicts itself"])
def test_the_document_has_the_parts_that_lessons_read(part):
    assert (ledger.load_ledger()["part"] == part).any()
