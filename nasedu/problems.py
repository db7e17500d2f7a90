"""Problems: what is searched and what for, one row a kind of child.

A row names its parts as import strings, such as ``"nasedu.children.conv_child:ConvChild"``, that
are loaded when they are used. So this module imports next to nothing, every folder may ask it, and
nothing else asks of which kind a space, an architecture or a recipe is.

A row is found by its name, by the kind that a JSON document names, or by anything that has a
``kind``: an architecture or a space. Several rows may train architectures of one kind, each on
data of its own: then the data say which is meant, and the first row is that of the kind.

Rows of one's own come from an installed package (entry point ``nasedu.problems``) or are named by
the user, ``--problem module:ROW``. What a file says is looked up among them and never imported.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

from nasedu.documents import kind_of
from nasedu.errors import ArchitectureError, DataError, NaseduError, SearchSpaceError, SettingError
from nasedu.values import fill

GROUP = "nasedu.problems"  # entry points of installed packages
FIRST = "first"  # the name of the space and the recipe that a first search takes
TABLE = "table"  # of those with which every child of a small space is trained
SPACE = "_space"  # ends the kind of a space, after that of its architectures


@dataclass(frozen=True, slots=True)
class Problem:
    """One kind of child, by the names of its parts.

    Attributes:
        name: What the settings of its task call it, e.g. ``"images"``.
        architecture_kind: ``kind`` of its architectures' JSON, e.g. ``"conv_net"``; that of its
            spaces has ``"_space"`` after it.
        title: What is searched, in the plural: ``"networks for images"``.
        architecture: The class of its architectures.
        spaces: Its spaces by name; the one called ``"first"`` is that of a first search.
        child: What builds an untrained child: ``child(architecture, **shape)``.
        task: The class of its `Task`.
        recipes: Its recipes by name; ``"first"`` suits a search of minutes.
        data: The data set that a first search takes.
        data_names: Function that yields the names of all data sets that the task can use, the
            built-in ones before it reads any folder.
        viewing: Its `View`: words and drawings. Empty: those that any kind has.

    A kind that nothing trains has no child, task, recipes and data; these are empty.
    """

    name: str
    architecture_kind: str
    title: str
    architecture: str
    spaces: str
    child: str = ""
    task: str = ""
    recipes: str = ""
    data: str = ""
    data_names: str = ""
    viewing: str = ""

    @property
    def space_kind(self) -> str:
        """``kind`` of its spaces' JSON."""
        return self.architecture_kind + SPACE

    def load(self, part: str) -> Any:
        """Return one of its parts.

        Args:
            part: Name of the attribute that names it, e.g. ``"task"``.

        Raises:
            SettingError: It has no such part, or one that cannot be imported.
        """
        if name := getattr(self, part):
            return load_named(name)
        raise SettingError(
            f"{self.title} have no {part} in nasedu; search them in Python, scored by a function "
            "of your own: nasedu.search(space, strategy, evaluate=function)"
        )

    def read_recipe(self, fields: Any) -> Any:
        """Return a recipe of its children from recorded fields.

        Raises:
            ValueError: They are not those of such a recipe.
        """
        return fill(type(self.load("recipes")[FIRST]), fields)


IMAGES = Problem(
    name="images",
    architecture_kind="conv_net",
    title="networks for images",
    architecture="nasedu.architectures.conv_net:ConvNet",
    spaces="nasedu.spaces.presets:NETWORKS",
    child="nasedu.children.conv_child:ConvChild",
    task="nasedu.training.image_task:ImageTask",
    recipes="nasedu.training.recipe:RECIPES",
    data="digits",
    data_names="nasedu.data:names_of_images",
    viewing="nasedu.viewing.drawings.conv_net:VIEW",
)
CELLS = Problem(
    name="language",
    architecture_kind="recurrent_cell",
    title="recurrent cells for text",
    architecture="nasedu.architectures.recurrent_cell:RecurrentCell",
    spaces="nasedu.spaces.presets:CELLS",
    child="nasedu.children.fast_cell.fast_cell:build_cell",
    task="nasedu.training.language_task:LanguageTask",
    recipes="nasedu.training.language_recipe:RECIPES",
    data="pydocs",
    data_names="nasedu.data:names_of_texts",
    viewing="nasedu.viewing.drawings.cell:VIEW",
)
CHOICES = Problem(
    name="choices",
    architecture_kind="choice",
    title="choices of your own",
    architecture="nasedu.architectures.chosen:Chosen",
    spaces="nasedu.spaces.presets:CHOICES",
    viewing="nasedu.viewing.drawings.chosen:VIEW",
)
NASNETS = Problem(
    name="nasnet",
    architecture_kind="nas_net",
    title="NASNet cells for images",
    architecture="nasedu.architectures.nas_net:NasNet",
    spaces="nasedu.spaces.nas_net_space:SPACES",
    child="nasedu.children.nas_net:NasNetChild",
    task="nasedu.training.nas_net_task:NasNetTask",
    recipes="nasedu.training.nas_net_recipe:RECIPES",
    data="digits",
    data_names="nasedu.data:names_of_images",
    viewing="nasedu.viewing.drawings.nas_net:VIEW",
)
TRANSLATION = Problem(
    name="translation",
    architecture_kind="recurrent_cell",
    title="recurrent cells for translation",
    architecture="nasedu.architectures.recurrent_cell:RecurrentCell",
    spaces="nasedu.spaces.presets:CELLS",
    child="nasedu.children.fast_cell.fast_cell:build_cell",
    task="nasedu.training.translation_task:TranslationTask",
    recipes="nasedu.training.translation_recipe:RECIPES",
    data="prices",
    data_names="nasedu.data.catalogue:names_of_pairs",
    viewing="nasedu.viewing.drawings.cell:VIEW",
)

_OWN = (IMAGES, CELLS, CHOICES, NASNETS, TRANSLATION)
_known: dict[str, Problem] = {row.name: row for row in _OWN}


def known_problems() -> tuple[Problem, ...]:
    """Return all rows: those of nasedu, of installed packages, and those added by `add_problem`."""
    for row in _installed():
        _known.setdefault(row.name, row)
    return tuple(_known.values())


def trained_problems() -> tuple[Problem, ...]:
    """Return the rows whose children nasedu trains itself."""
    return tuple(row for row in known_problems() if row.task)


def add_problem(row: Problem) -> Problem:
    """Make a row known in this process, and return it.

    Raises:
        SettingError: Another row has its name, or its kind for other architectures or spaces.
    """
    searched = (row.architecture_kind, row.architecture, row.spaces)
    for other in known_problems():
        taken = (other.name, other.architecture_kind)
        own = [row.name, row.architecture_kind]
        if searched == (other.architecture_kind, other.architecture, other.spaces):
            own.remove(row.architecture_kind)  # the same, trained for something else
        same = [name for name in own if name in taken]
        if same and other != row:
            raise SettingError(f"there is a problem {same[0]!r} already; choose another name")
    return _known.setdefault(row.name, row)


def find_problem(text: str) -> Problem:
    """Return the row that a user names: by its name, or as ``module:ROW``.

    A module is looked for in the working directory, too.

    Raises:
        SettingError: There is no such row.
    """
    if ":" in text:
        if (here := str(Path.cwd())) not in sys.path:
            sys.path.append(here)
        row = load_named(text)
        if not isinstance(row, Problem):
            raise SettingError(f"{text} is {row!r:.60}; expected a nasedu.problems.Problem")
        return add_problem(row)
    for row in known_problems():
        if row.name == text:
            return row
    raise SettingError(
        f"problem is {text!r}; expected one of {', '.join(row.name for row in known_problems())}, "
        "or module:ROW"
    )


def problem_of(thing: Any, data: str = "") -> Problem:
    """Return the row of an architecture or a space: of anything whose ``kind`` a row has.

    Args:
        thing: The architecture or the space.
        data: Name of the data set that it is for. Of several rows of the kind, the first whose
            task uses that is meant; the first of all if none does, or no data are named.

    Raises:
        TypeError: No row has such a thing.
    """
    kind = getattr(thing, "kind", None)
    known = known_problems() if isinstance(kind, str) else ()
    rows = [row for row in known if kind in (row.architecture_kind, row.space_kind)]
    if len(rows) > 1 and data:
        for row in (row for row in rows if row.task):
            if row.data == data or any(name == data for name in row.load("data_names")()):
                return row
    if rows:
        return rows[0]
    raise TypeError(
        f"a {type(thing).__name__} is of no known problem; expected one of "
        f"{', '.join(row.title for row in known_problems())}"
    )


def problem_on(data: str) -> Problem:
    """Return the row whose task uses a data set: the first, where several use the same.

    Raises:
        DataError: There is no such data set.
    """
    trained = trained_problems()
    for row in trained:
        if row.data == data:  # known without loading what reads data
            return row
    unreadable = None
    for row in trained:
        try:
            if any(name == data for name in row.load("data_names")()):
                return row
        except DataError as error:  # a folder that may not be read hides no built-in data set
            unreadable = error
    if unreadable is not None:
        raise unreadable
    users: dict[str, list[str]] = {}  # of data sets, who uses them
    for row in trained:
        users.setdefault(", ".join(row.load("data_names")()), []).append(row.title)
    known = "; ".join(f"{names} ({', '.join(titles)})" for names, titles in users.items())
    raise DataError(
        f"there is no data set {data!r}; expected one of {known}, or add one with: nasedu data "
        "add NAME PATH"
    )


def is_first_on_its_data(row: Problem) -> bool:
    """Return whether the data of a row lead to it: no row before it uses the same data sets."""
    return next(one for one in trained_problems() if one.data_names == row.data_names) == row


def found_by(name: str | None, data: str | None) -> tuple[Problem, str]:
    """Return the row that a user means, by its name or else by the data, and the data.

    Args:
        name: Of the row, as `find_problem` takes it; None: the first row whose task uses the data.
        data: Name of a data set; None: the row's, of the first row if that has no name either.

    Raises:
        NaseduError: There is no such row, or no such data set.
    """
    if name is None and data is not None:
        return problem_on(data), data
    row = IMAGES if name is None else find_problem(name)
    return row, row.data if data is None else data


def read_architecture(text: str) -> Any:
    """Return an architecture of any kind from what its ``to_json`` wrote.

    Raises:
        ArchitectureError: The text is malformed, of an unknown kind or a newer schema, or no valid
            architecture.
    """
    rows = {row.architecture_kind: row for row in known_problems()}
    return rows[_kind(text, rows, ArchitectureError)].load("architecture").from_json(text)


def read_space(text: str) -> Any:
    """Return a space of any kind from what its ``to_json`` wrote.

    Raises:
        SearchSpaceError: The text is malformed, of an unknown kind or a newer schema, or no valid
            space.
    """
    rows = {row.space_kind: row for row in known_problems()}
    row = rows[_kind(text, rows, SearchSpaceError)]
    return type(row.load("spaces")[FIRST]).from_json(text)


def _kind(text: str, rows: Mapping[str, Problem], error: type[NaseduError]) -> str:
    try:
        return kind_of(text, tuple(rows), "; name a kind of your own by --problem module:ROW")
    except ValueError as cause:
        raise error(str(cause)) from None


@cache
def _installed() -> tuple[Problem, ...]:
    """Return the rows of installed packages, once a process."""
    from importlib.metadata import entry_points  # which takes as long to load as the whole help

    found = (entry.load() for entry in entry_points(group=GROUP))
    return tuple(row for row in found if isinstance(row, Problem))


@cache
def load_named(name: str) -> Any:
    """Return what an import string, ``"module:NAME"``, names.

    Raises:
        SettingError: It cannot be imported.
    """
    module, _, attribute = name.partition(":")
    try:
        return getattr(import_module(module), attribute)
    except Exception as error:  # a module of the user's own may raise anything
        words = " ".join(f"{type(error).__name__}: {error}".split())[:120]
        raise SettingError(f"{name} cannot be loaded ({words}); expected module:NAME") from error
