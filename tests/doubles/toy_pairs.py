"""A kind of data of one's own, in one module: pairs of lines, as in ``one.left`` and ``one.right``.

It stands for what a translation needs, and shows all that a kind has to bring.
"""

from dataclasses import dataclass
from functools import partial

import torch

from nasedu.data.catalogue import Shelf
from nasedu.data.importing import Taken
from nasedu.data.source import content_of, left_out
from nasedu.data.storage import Packed, open_file, read_description
from nasedu.data.summary import ImportSummary

KIND = "toy_pairs"
SIDES = ("left", "right")


@dataclass(frozen=True)
class Pairs:
    """A title, and two lists of lines."""

    title: str
    left: list[str]
    right: list[str]


@dataclass(frozen=True)
class Header:
    title: str
    facts: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PairSummary(ImportSummary):
    count: int

    def facts(self):
        return [("pairs", f"{self.count} of lines")]


def find(source, wanted):
    paths = {parts[-1].rpartition(".")[2]: parts for parts in source.entries if parts}
    if not paths.keys() >= set(SIDES):
        return None
    contents = {side: content_of(source.entries[paths[side]]) for side in SIDES}
    tensors = {s: torch.tensor([*c], dtype=torch.uint8) for s, c in contents.items()}
    summary = partial(PairSummary, count=contents["left"].count(b"\n"))
    ignored = left_out(source.entries, ["/".join(paths[side]) for side in SIDES])
    return Taken(Packed(KIND, {"title": wanted.title or wanted.name}, tensors), summary, ignored)


def header(path):
    fields, kinds = read_description(path, KIND, {"title": str}, SIDES)
    return Header(fields["title"], f"{kinds['left'][1][0]} letters to translate")


def read(path):
    with open_file(path) as file:
        sides = [bytes(file.get_tensor(side).tolist()).decode().splitlines() for side in SIDES]
    return Pairs(header(path).title, *sides)


PAIRS = Shelf(
    noun="set of pairs",
    folder="toy_pairs",
    built_in={},
    read="toy_pairs:read",
    header="toy_pairs:header",
    find="toy_pairs:find",
)
