"""The shipped tables, measured by this project: in ``data/tables``, and in the wheel."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import TYPE_CHECKING

from nasedu.errors import DataError

if TYPE_CHECKING:
    from pandas import DataFrame


def tables_folder() -> Path:
    """Return where the measured tables lie: in the checkout, else in the installed package."""
    checkout = Path(__file__).parents[2] / "data" / "tables"
    return checkout if checkout.is_dir() else Path(str(files("nasedu") / "measured"))


def load_table(name: str) -> DataFrame:
    """Return a measured table, e.g. ``load_table("first_search")``.

    What its columns mean and how it was made stands in ``data/tables/README.md``.

    Raises:
        DataError: There is no table of this name.
    """
    import pandas as pd

    folder = tables_folder()
    known = sorted(path.stem for path in folder.glob("*.csv"))
    if name not in known:
        raise DataError(f"there is no table {name!r}; expected one of {', '.join(known)}")
    return pd.read_csv(folder / f"{name}.csv")
