"""The study: one SQLite file that holds everything a search has found out.

Three transactions write it, and each leaves it whole. *ask* records which children will be
trained and the state of the random generator after drawing them; *finish* one outcome;
*tell* the strategy after its update. So a search can be killed at any moment: what is
finished is never trained again, and what follows is the same as if nothing had happened.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from safetensors import SafetensorError
from torch import Generator, Tensor

from nasedu.controller import Strategy, UpdateStats
from nasedu.documents import read_json
from nasedu.errors import StudyError
from nasedu.runs import schema
from nasedu.runs.config import RunConfig
from nasedu.runs.database import choose_log, clear_errors, open_database
from nasedu.runs.folder import STUDY
from nasedu.runs.provenance import versions
from nasedu.runs.records import (
    ALONE,
    UpdateRecord,
    best_of,
    check_counted,
    generator_column,
    learner_columns,
    read_stats,
    read_trial,
    readable,
    restore_columns,
    stats_column,
)
from nasedu.runs.trial import Trial, child_seed
from nasedu.training import Outcome
from nasedu.values import checked
from nasedu.whole_file import write_whole

APPLICATION = 0x6E617365  # "nase": tells our files from other SQLite files


class Study:
    """A recorded search.

    Args:
        path: A run folder, or the ``study.db`` in it.

    Raises:
        StudyError: There is no study, or it cannot be read: foreign, truncated, or of a newer
            schema.
    """

    def __init__(self, path: str | Path) -> None:
        path = Path(path)
        self.path = path / STUDY if path.is_dir() else path
        if not self.path.is_file():
            raise StudyError(f"{path} holds no study; start one with `nasedu search --run {path}`")
        self._connect(self.path)

    @classmethod
    def create(
        cls, path: Path | None, config: RunConfig, strategy: Strategy, generator: Generator
    ) -> Study:
        """Make a new study, whole or not at all.

        Args:
            path: The file to make; None keeps the study in memory.
            config: What defines the run.
            strategy: As it is before the first update.
            generator: As it is before the first draw.
        """
        RunConfig.from_json(config.to_json())  # what could not be read again is refused now
        study = cls.__new__(cls)
        study.path = None
        study._db = open_database(None)
        schema.create(study._db, APPLICATION)
        with study._transaction() as db:
            db.execute("INSERT INTO meta VALUES ('config', ?)", (config.to_json(),))
            db.execute("INSERT INTO starts VALUES (1, ?)", (json.dumps(versions()),))
            study._put_state(db, ALONE, strategy, generator)
        if path is None:
            return study
        with study:
            write_whole(path, study._db.serialize(), StudyError)
        return cls(path)

    def __repr__(self) -> str:
        return f"Study({'in memory' if self.path is None else self.path.parent.name})"

    def __enter__(self) -> Study:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; a study in memory is gone."""
        self._db.close()

    # What the study says

    @property
    def config(self) -> RunConfig:
        """What defines the run."""
        rows = self._rows("SELECT value FROM meta WHERE key = 'config'")
        if not rows:
            raise StudyError(f"{self.path} is incomplete: it has no config")
        return RunConfig.from_json(rows[0][0])

    @property
    def versions(self) -> dict[str, str]:
        """Versions and processor that the run was begun with."""
        return self.starts()[0]

    def starts(self) -> tuple[dict[str, str], ...]:
        """Return versions and processor of every start of the run that changed them, in order."""
        rows = self._rows("SELECT versions FROM starts ORDER BY number")
        if not rows:
            raise StudyError(f"{self.path} is incomplete: it has no versions")
        with readable(self.path):
            return tuple(checked(read_json(row[0]), dict[str, str], "versions") for row in rows)

    def trials(self, batch: int | None = None, learner: int = ALONE) -> tuple[Trial, ...]:
        """Return all trials, or those of one batch of a learner, in the order of asking."""
        where = "" if batch is None else "WHERE batch = ? AND learner = ?"
        values = () if batch is None else (batch, learner)
        columns = "number, batch, tokens, seed, outcome, learner, policy"
        query = f"SELECT {columns} FROM trials {where} ORDER BY number"
        with readable(self.path):
            trials = tuple(read_trial(row) for row in self._rows(query, values))
            if batch is None:  # those of one batch have others between them
                check_counted([trial.number for trial in trials])
            return trials

    def updates(self) -> tuple[UpdateRecord, ...]:
        """Return all updates, in the order in which they were made."""
        rows = self._rows("SELECT learner, number, stats FROM updates ORDER BY rowid")
        with readable(self.path):
            for learner in {row[0] for row in rows}:
                check_counted([number for other, number, _ in rows if other == learner])
            return tuple(UpdateRecord(number, read_stats(text), who) for who, number, text in rows)

    @property
    def num_updates(self) -> int:
        """How often the strategy of a search that has one was told."""
        return self.told(ALONE)

    def told(self, learner: int) -> int:
        """Return how often a learner was told."""
        query = "SELECT coalesce(max(number), 0) FROM updates WHERE learner = ?"
        return self._rows(query, (learner,))[0][0]

    @property
    def num_asked(self) -> int:
        """How many children were asked for."""
        return self._rows("SELECT coalesce(max(number), 0) FROM trials")[0][0]

    @property
    def is_complete(self) -> bool:
        """Whether every child was trained and its learner was told of it."""
        untold = self._rows(
            "SELECT count(*) FROM trials WHERE batch > (SELECT coalesce(max(number), 0) "
            "FROM updates WHERE updates.learner = trials.learner)"
        )
        return not untold[0][0] and self.num_asked >= self.config.trials

    def best(self) -> Trial | None:
        """Return the trial with the highest reward, the earliest of equals, or None."""
        return best_of(self.trials())

    # The three transactions, and the way back

    def ask(
        self,
        tokens: Tensor,
        generator: Generator,
        *,
        learner: int = ALONE,
        policy: int | None = None,
        seeds: Sequence[int] | None = None,
        strategy: Strategy | None = None,
    ) -> tuple[Trial, ...]:
        """Record a learner's next batch, and the generator that drew it.

        Args:
            tokens: ``(n, T)``.
            generator: As it is after the draw.
            learner: Who asks. Its state must be there, see `join`.
            policy: Version of the policy that proposed the children: the updates that it had had;
                default as many as the learner has had.
            seeds: Of the children; default by the study's seed and their numbers.
            strategy: Recorded too, if the policy that asks is not the one last told.
        """
        told = self.told(learner)
        batch, policy = told + 1, told if policy is None else policy
        with self._transaction() as db:
            number = self.num_asked
            trials = tuple(
                Trial(
                    number + i,
                    batch,
                    tuple(row),
                    child_seed(self.config.seed, number + i) if seeds is None else seeds[i - 1],
                    learner=learner,
                    policy=policy,
                )
                for i, row in enumerate(tokens.tolist(), start=1)
            )
            db.executemany(
                "INSERT INTO trials VALUES (?, ?, ?, ?, NULL, ?, ?)",
                [
                    (t.number, t.batch, json.dumps(t.tokens), t.seed, t.learner, t.policy)
                    for t in trials
                ],
            )
            if strategy is None:
                row = (generator_column(generator), learner)
                db.execute("UPDATE state SET generator = ? WHERE learner = ?", row)
            elif self.path is not None:
                self._put_state(db, learner, strategy, generator)
        return trials

    def finish(self, trial: Trial, outcome: Outcome) -> Trial:
        """Record one outcome, once and for all; return the trial with it."""
        with self._transaction() as db:
            done = db.execute(
                "UPDATE trials SET outcome = ? WHERE number = ? AND outcome IS NULL",
                (outcome.to_json(), trial.number),
            )
            if done.rowcount != 1:
                raise StudyError(f"trial {trial.number} has an outcome already, or was not asked")
        return replace(trial, outcome=outcome)

    def tell(
        self,
        stats: UpdateStats | None,
        strategy: Strategy,
        generator: Generator,
        *,
        learner: int = ALONE,
        of: int | None = None,
    ) -> int:
        """Record an update and the strategy after it; return the number that the update has.

        The strategy is kept as the learner's own, or as that ``of`` another one who serves it.
        """
        number = self.told(learner) + 1
        with self._transaction() as db:
            row = (learner, number, stats_column(stats))
            db.execute("INSERT INTO updates VALUES (?, ?, ?)", row)
            if self.path is not None:  # a study in memory is continued by nobody
                self._put_state(db, learner if of is None else of, strategy, generator)
        return number

    def join(self, learner: int, strategy: Strategy, generator: Generator) -> None:
        """Let one more learner take part, or bring one that did to where it was left."""
        if self._rows("SELECT 1 FROM state WHERE learner = ?", (learner,)):
            self.restore(strategy, generator, learner)
            return
        with self._transaction() as db:
            self._put_state(db, learner, strategy, generator)

    def restore(self, strategy: Strategy, generator: Generator, learner: int = ALONE) -> None:
        """Bring strategy and generator to where a learner's last transactions left them."""
        query = "SELECT plain, tensors, generator FROM state WHERE learner = ?"
        rows = self._rows(query, (learner,))
        try:
            ((plain, tensors, state),) = rows
            restore_columns(strategy, generator, plain, tensors, state)
        except (ValueError, RuntimeError, KeyError, TypeError, SafetensorError) as error:
            cause = (str(error).splitlines() or [""])[0]
            raise StudyError(f"{self.path}: the strategy's state cannot be read: {cause}") from None

    def start(self) -> None:
        """Record that the run is gone on with, if that is elsewhere than before.

        A file of an older schema is brought up to date.
        """
        with clear_errors(self.path):
            schema.bring_up_to_date(self._db)
        now = versions()
        if now != (before := self.starts())[-1]:
            with self._transaction() as db:
                row = (len(before) + 1, json.dumps(now))
                db.execute("INSERT INTO starts VALUES (?, ?)", row)

    def grow(self, config: RunConfig) -> None:
        """Record that the run now asks for more trials."""
        with self._transaction() as db:
            db.execute("UPDATE meta SET value = ? WHERE key = 'config'", (config.to_json(),))

    def prepare_to_write(self, hurry: bool) -> None:
        """Choose how transactions reach the disk.

        Args:
            hurry: Leave it to the system when they do: a loss of power may take back those of the
                last seconds. Otherwise each one waits for the disk, a few milliseconds.
        """
        if self.path is not None:
            with clear_errors(self.path):
                choose_log(self._db, self.path, hurry)

    # SQLite

    def _connect(self, path: Path) -> None:
        with clear_errors(path):
            self._db = open_database(path)
            application = self._db.execute("PRAGMA application_id").fetchone()[0]
            found = schema.schema_of(self._db)
            if application != APPLICATION:
                raise StudyError(f"{path} is not a study of nasedu; choose another run folder")
            if found not in schema.READS:
                raise StudyError(
                    f"{path} has schema {found}; this nasedu reads {schema.SCHEMA} and before: "
                    "a newer one needs a newer nasedu"
                )
            check = self._db.execute("PRAGMA quick_check").fetchone()[0]
            if check != "ok":
                raise sqlite3.DatabaseError(check)
            if found < schema.SCHEMA:
                schema.lend(self._db)

    @contextmanager
    def _transaction(self) -> Iterator[sqlite3.Connection]:
        with clear_errors(self.path), self._db:
            self._db.execute("BEGIN IMMEDIATE")
            yield self._db

    def _rows(self, query: str, values: Sequence[Any] = ()) -> list[tuple]:
        with clear_errors(self.path):
            return self._db.execute(query, values).fetchall()

    @staticmethod
    def _put_state(
        db: sqlite3.Connection, learner: int, strategy: Strategy, generator: Generator
    ) -> None:
        row = (learner, *learner_columns(strategy, generator))
        db.execute("INSERT OR REPLACE INTO state VALUES (?, ?, ?, ?)", row)
