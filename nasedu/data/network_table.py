"""A table of every network of a small space, each trained once or more.

Legend of shapes: N networks, R trainings of each at most, E epochs.
"""

from __future__ import annotations

import hashlib
import io
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from nasedu.data.tables import tables_folder
from nasedu.errors import DataError, NaseduError
from nasedu.spaces import ConvNetSpace, count_sequences, places_of
from nasedu.whole_file import write_whole

DIVERGED = -1
MISSING = -2


@dataclass(frozen=True, eq=False, repr=False)
class NetworkTable:
    """What training gave, for every network of a space.

    A network's place is where its token sequence stands, see `places_of`. Of most networks
    there is one training; of some there are R, which share nothing but the network.

    Args:
        space: The networks.
        about: How the table was made: ``seed``, ``evaluator`` (data, images, recipe) and
            ``machines`` (a list: processor and versions), as JSON values.
        valid: ``(R, N, E)`` int16 validation images right after every epoch; -1 if the child
            diverged, -2 if there is no such training.
        test: ``(R, N)`` int16 test images right after the last epoch, likewise.
        seconds: ``(R, N)`` float32 processor time of training and validation; NaN if there
            is no such training.
        parameters: ``(N,)`` int32 trained numbers.
        flop: ``(N,)`` int64 floating-point operations of one image, forward.
        name: What `load` finds it by from any folder: a name, or an absolute path.
        digest: SHA-256 of the file that it was loaded from.

    Raises:
        DataError: Arrays that do not fit the space, or too little is said about them.
    """

    space: ConvNetSpace
    about: dict[str, Any]
    valid: NDArray[np.int16]
    test: NDArray[np.int16]
    seconds: NDArray[np.float32]
    parameters: NDArray[np.int32]
    flop: NDArray[np.int64]
    name: str = ""
    digest: str = ""

    def __post_init__(self) -> None:
        try:
            known = self.about["evaluator"]
            counts = {name: int(known[name]) for name in ("num_train", "num_valid", "num_test")}
            said = int(self.about["seed"]), list(self.about["machines"]), str(known["title"])
            epochs = int(known["recipe"]["epochs"])
        except (KeyError, TypeError, ValueError) as error:
            raise DataError(f"what is said about the table is not whole ({error!r})") from None
        if not all((*counts.values(), *said[1:])):
            raise DataError("what is said about the table is empty")
        size, repeats = count_sequences(self.space.decisions), len(self.valid)
        shapes = {"valid": (repeats, size, epochs), "parameters": (size,), "flop": (size,)}
        for name, dtype in ARRAYS.items():
            shape, found = shapes.get(name, (repeats, size)), getattr(self, name)
            if found.shape != shape or found.dtype != dtype:
                raise DataError(
                    f"{name} is {found.dtype} of shape {found.shape}; expected {dtype} of {shape}"
                )

    def __len__(self) -> int:
        return len(self.parameters)

    def __repr__(self) -> str:
        trained = f"{self.num_trainings:,} trainings"
        return f"NetworkTable({len(self):,} networks, {trained}, seed {self.about['seed']})"

    @property
    def num_trainings(self) -> int:
        """How many trainings the table holds."""
        return int((self.test != MISSING).sum())

    @cached_property
    def repeats(self) -> NDArray[np.int64]:
        """``(N,)`` how often every network was trained."""
        return (self.test != MISSING).sum(0)

    @cached_property
    def accuracy(self) -> NDArray[np.float64]:
        """``(R, N, E)`` validation accuracy, 0 to 1; NaN where there is none."""
        return _share(self.valid, self.about["evaluator"]["num_valid"])

    @cached_property
    def test_accuracy(self) -> NDArray[np.float64]:
        """``(R, N)`` test accuracy, 0 to 1; NaN where there is none."""
        return _share(self.test, self.about["evaluator"]["num_test"])

    @cached_property
    def reward(self) -> NDArray[np.float64]:
        """``(R, N)`` best validation accuracy of the last 5 epochs, cubed (section 4.1)."""
        total = self.about["evaluator"]["num_valid"]
        cubes = np.array([(right / total) ** 3 for right in range(total + 1)])
        counts = self.valid[..., -5:].max(-1)  # cubed as training does it, to the last bit
        return np.where(counts < 0, np.nan, cubes[counts])

    @cached_property
    def best_accuracy(self) -> NDArray[np.float64]:
        """``(R, N)`` best validation accuracy of the last 5 epochs, NaN where there is none."""
        return self.accuracy[..., -5:].max(-1)

    def places(self, tokens: ArrayLike) -> NDArray[np.int64]:
        """Return the places ``(B,)`` of token sequences ``(B, T)``.

        Raises:
            SearchSpaceError: Not sequences of this space.
        """
        return places_of(self.space.decisions, tokens)

    def save(self, path: Path) -> str:
        """Write the table, whole or not at all; return the file's SHA-256, which names it.

        Raises:
            DataError: It cannot be written.
        """
        arrays = {name: getattr(self, name) for name in ARRAYS}
        about = {**self.about, "space": json.loads(self.space.to_json())}
        packed = io.BytesIO()
        np.savez_compressed(packed, about=np.array(json.dumps(about, sort_keys=True)), **arrays)
        write_whole(path, packed.getvalue(), DataError)
        return hashlib.sha256(packed.getvalue()).hexdigest()

    @classmethod
    def load(cls, name: str | Path = "digits_3_layers") -> NetworkTable:
        """Read what `save` wrote. Nothing in the file is executed.

        Args:
            name: A table that comes with the package, or the path of another or of its folder.

        Raises:
            DataError: There is no such file, or it is not a table.
        """
        shipped = tables_folder() / f"{name}.npz"
        path = shipped if shipped.is_file() else Path(name).absolute()
        found_by = str(name if path == shipped else path)
        path = path / "table.npz" if path.is_dir() else path
        if not path.is_file():
            raise DataError(f"there is no table {str(name)!r}; make one with `nasedu table build`")
        try:
            packed = path.read_bytes()
            with np.load(io.BytesIO(packed), allow_pickle=False) as file:
                arrays = {key: file[key] for key in ARRAYS}
                about = json.loads(str(file["about"]))
            space = ConvNetSpace.from_json(json.dumps(about.pop("space")))
            digest = hashlib.sha256(packed).hexdigest()
            return cls(space, about, **arrays, name=found_by, digest=digest)
        except Exception as error:  # on damage the standard library's readers raise almost anything
            reason = str(error) if isinstance(error, NaseduError) else type(error).__name__
            raise DataError(
                f"{name} is not a table of networks, or it is damaged ({reason}); make one with "
                "`nasedu table build`"
            ) from None


ARRAYS = {
    "valid": "int16",
    "test": "int16",
    "seconds": "float32",
    "parameters": "int32",
    "flop": "int64",
}


def _share(counts: NDArray[np.int16], total: int) -> NDArray[np.float64]:
    return np.where(counts < 0, np.nan, counts / total)
