"""Does Zaremba's small recipe reach its known perplexity here, about 115 on the Penn Treebank?

Two layers of 200 LSTM units, no dropout, 13 epochs (``--cell lstm``). Then another cell by the
same recipe, with the hidden size that gives it as many parameters (``--cell NAS_CELL``, a name
of ``nasedu.published``). Import the text first: ``nasedu data add ptb PATH``. A training is kept
after every epoch and goes on from there when the same command is given again; the record, and
``data/tables/zaremba_small.csv``, have a row for every training that is complete. For a try there
are ``--data pydocs``, which needs no import, ``--hidden``, ``--epochs``, ``--train-tokens`` and
``--no-record``.
"""

import argparse
import json
import math
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd
from record import HERE, table, write_record
from recorded_search import TABLES

from nasedu import RecurrentCell, published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.children.language_model import count_parameters
from nasedu.data import TextData, load_text
from nasedu.searching.runs import write_text
from nasedu.training import (
    ZAREMBA_SMALL,
    Checkpoint,
    LanguageRecipe,
    LanguageTrainer,
    Outcome,
    keep_freed_memory,
    perplexity,
)

KNOWN = "Zaremba's small model is known for a test perplexity of about 115."


def cell_named(name: str) -> Any:
    """Return what `LanguageModel` takes for a cell."""
    cell = LSTMLayer if name == "lstm" else getattr(published, name, None)
    if not isinstance(cell, RecurrentCell) and cell is not LSTMLayer:
        sys.exit(f"there is no cell {name!r}; expected lstm or a cell of nasedu.published")
    return cell


def recipe_for(cell: Any, text: TextData, options: argparse.Namespace) -> LanguageRecipe:
    """Return the recipe with the hidden size that gives as many parameters as the LSTM has."""
    recipe = replace(ZAREMBA_SMALL, num_train=options.train_tokens)
    given = {"hidden_size": options.hidden, "epochs": options.epochs}
    recipe = replace(recipe, **{name: n for name, n in given.items() if n is not None})
    if cell is LSTMLayer:
        return recipe
    settings = {"tied": recipe.tied, "num_layers": recipe.num_layers}
    wanted = count_parameters(LSTMLayer, text.num_symbols, recipe.hidden_size, **settings)
    hidden = hidden_size_for(wanted, cell, text.num_symbols, **settings)
    return replace(recipe, hidden_size=hidden)


def train(trainer: LanguageTrainer, cell: Any, seed: int, checkpoint: Path) -> dict[str, Any]:
    """Train, or go on with a training, and return what the record says of it."""
    resume = Checkpoint.load(checkpoint) if checkpoint.exists() else None
    if resume:
        print(f"going on after epoch {len(resume.valid_curve)}", flush=True)

    def keep(state: Checkpoint) -> None:
        state.save(checkpoint)
        epoch = len(state.valid_curve)
        print(
            f"{time.strftime('%H:%M:%S')} epoch {epoch} of {trainer.recipe.epochs}: "
            f"lr {trainer.recipe.lr_at(epoch - 1):g}, "
            f"train {math.exp(state.train_curve[-1]):.2f}, valid {state.valid_curve[-1]:.2f}, "
            f"{state.seconds:.0f} s so far",
            flush=True,
        )

    child, outcome = trainer.fit(cell, seed, resume=resume, on_state=keep)
    windows = perplexity(trainer.test_nats(child))
    stream = perplexity(trainer.test_nats(child, window=None))
    print(f"test {windows:.2f}; as one stream {stream:.2f}", flush=True)
    return facts(trainer, outcome, windows, stream)


def facts(
    trainer: LanguageTrainer, outcome: Outcome, windows: float, stream: float
) -> dict[str, Any]:
    """Return the numbers of a finished training."""
    return {
        "data": trainer.data.title,
        "tokens": trainer.targets.numel(),
        "hidden": trainer.recipe.hidden_size,
        "parameters": outcome.num_parameters,
        "epochs": len(outcome.valid_curve),
        "valid": min(outcome.valid_curve),
        "test": windows,
        "stream": stream,
        "seconds": outcome.seconds,
        "curve": outcome.valid_curve,
    }


def record(folder: Path) -> None:
    """Write the record and the table of every training that is complete."""
    found = {file.stem: json.loads(file.read_text()) for file in sorted(folder.glob("*.json"))}
    frame = pd.DataFrame([{"training": name} | each for name, each in found.items()])
    frame = frame.drop(columns=["data", "curve"]).round(4)
    write_text(TABLES / "zaremba_small.csv", frame.to_csv(index=False, lineterminator="\n"))
    rows = [
        [
            name,
            f"{each['hidden']}",
            f"{each['parameters']:,}",
            f"{each['tokens']:,}",
            f"{each['epochs']}",
            f"{each['valid']:.2f}",
            f"{each['test']:.2f}",
            f"{each['stream']:.2f}",
            f"{each['seconds'] / 60:.1f}",
        ]
        for name, each in found.items()
    ]
    header = "training,H,parameters,tokens,epochs,valid,test,test as one stream,minutes"
    curves = "\n".join(
        f"- {name}: {', '.join(f'{ppl:.1f}' for ppl in each['curve'])}"
        for name, each in found.items()
    )
    texts = " and ".join(sorted({each["data"] for each in found.values()}))
    body = (
        f"{KNOWN} Perplexities on {texts}, one thread. Validation and test are scored in windows "
        "of 1,024 symbols with 256 before each; the last but one column reads the test text as "
        "one stream. The test text was read once, after the last epoch, with the weights of "
        f"the best.\n\n{table(header.split(','), rows)}\nValidation after every epoch:\n\n{curves}"
    )
    write_record(__file__, "Zaremba's small recipe", body)


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--cell", default="lstm", help="lstm, or a name of nasedu.published")
    parser.add_argument("--data", default="ptb")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--folder", type=Path, default=HERE.parent / "runs" / "zaremba_small")
    parser.add_argument("--hidden", type=int, help="of the LSTM; default 200")
    parser.add_argument("--epochs", type=int, help="default 13")
    parser.add_argument("--train-tokens", type=int, help="default all")
    parser.add_argument("--no-record", action="store_true", help="do not write zaremba_small.md")
    parser.add_argument(
        "--record", action="store_true", help="train nothing, write of what is finished"
    )
    options = parser.parse_args(arguments)
    if options.record:
        record(options.folder)
        return
    keep_freed_memory()
    options.folder.mkdir(parents=True, exist_ok=True)
    text, cell = load_text(options.data), cell_named(options.cell)
    trainer = LanguageTrainer(text, recipe_for(cell, text, options))
    name = f"{options.data}-{options.cell}-{options.seed}"
    print(f"{name}: {trainer!r}, H {trainer.recipe.hidden_size}", flush=True)
    trainer.warm_up()
    checkpoint = options.folder / f"{name}.safetensors"
    result = train(trainer, cell, options.seed, checkpoint)
    write_text(options.folder / f"{name}.json", json.dumps(result) + "\n")
    if not options.no_record:
        record(options.folder)


if __name__ == "__main__":
    main()
