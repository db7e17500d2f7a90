"""The Optuna study: a search as a storage that optuna-dashboard shows."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from nasedu.errors import StudyError
from nasedu.extras import needed
from nasedu.problems import read_space
from nasedu.runs import Study, Trial
from nasedu.spaces import Space
from nasedu.viewing.drawings.field_table import printable
from nasedu.viewing.exports.rows import column_of
from nasedu.viewing.units import measure_of
from nasedu.whole_file import check_writable, write_whole


def write_optuna(study: Study, path: Path) -> Path:
    """Write a search as an SQLite storage of Optuna, whole or not at all; return where.

    A decision is a parameter, an anchor one a possible input; the reward is maximised, and the
    validation curve is what Optuna calls intermediate values. Children that have not ended are
    left out. Optuna counts trials from 0: the child's number is an attribute.

    Raises:
        SettingError: The package is missing.
        StudyError: The file cannot be written.
    """
    optuna = needed("optuna", "--optuna")
    check_writable(path, StudyError)
    space, config = read_space(study.config.space), study.config
    title = printable(config.evaluator.get("title", "a search"))
    with TemporaryDirectory() as place, _silence(optuna):
        file = Path(place) / "study.db"
        storage = optuna.storages.RDBStorage(f"sqlite:///{file}")
        name = f"{config.strategy['name']} on {title}"
        written = optuna.create_study(storage=storage, study_name=name, direction="maximize")
        written.set_user_attr("result", measure_of(config).label)
        written.set_user_attr("strategy", config.strategy)
        written.set_user_attr("seed", config.seed)
        ended = [trial for trial in study.trials() if trial.outcome]
        written.add_trials([_trial(optuna, space, trial) for trial in ended])
        storage.remove_session()
        storage.engine.dispose()
        write_whole(path, file.read_bytes(), StudyError)
    return path


def _trial(optuna: Any, space: Space, trial: Trial) -> Any:
    """Return a child as a trial of Optuna."""
    parameters, distributions = {}, {}
    categorical = optuna.distributions.CategoricalDistribution
    for decision, token in zip(space.decisions, trial.tokens, strict=False):
        if decision.choices:
            named = {column_of(decision): (decision.choices[token], decision.choices)}
        else:
            named = {
                f"{column_of(decision)} reads {i + 1}": (bool(token >> i & 1), (False, True))
                for i in range(decision.layer - 1)
            }
        parameters |= {name: value for name, (value, _) in named.items()}
        distributions |= {name: categorical(choices) for name, (_, choices) in named.items()}
    outcome = trial.outcome
    assert outcome is not None
    attributes = {
        "child": trial.number,
        "batch": trial.batch,
        "network": space.decode(trial.tokens).digest[:16],
        "parameters": outcome.num_parameters,
        "flop": outcome.flop,
        "seconds": outcome.seconds,
        **({"reason": printable(trial.reason)} if trial.reason else {}),
    }
    states = optuna.trial.TrialState
    return optuna.trial.create_trial(
        state=states.FAIL if outcome.is_failed else states.COMPLETE,
        value=trial.reward,
        params=parameters,
        distributions=distributions,
        user_attrs=attributes,
        intermediate_values=dict(enumerate(outcome.valid_curve, start=1)),
    )


@contextmanager
def _silence(optuna: Any) -> Iterator[None]:
    """Keep to itself what Optuna says of a study that it makes."""
    before = optuna.logging.get_verbosity()
    optuna.logging.set_verbosity(optuna.logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        optuna.logging.set_verbosity(before)
