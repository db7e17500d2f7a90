"""Language models of the published sizes on the Penn Treebank: 64.0, 62.4 and 1.214, or what here?

Words (table 2): two layers of the published cell with as many units as give 25 M or 54 M
parameters with tied embeddings. Characters (table 3): 2x800, 16.2 M parameters, the recipe
`CHARACTERS`. With ``--cell lstm`` nn.LSTM instead, as wide as gives it the same number.

The paper trains its words with the dropout of Zaremba (2014) and Gal (2015) and searched learning
rate, initial weights, dropout and the epoch of decay, without saying what it found. So, our
choice, the settings of Gal's code for his large LSTM, `GAL_LARGE`, with tied embeddings. What is
still not as there:

- He draws a mask of a layer's inputs for every gate; here all gates, or leaves, share one.
- He draws a mask of the recurrent units for every stream and gate; here all streams share one.
- His weight decay stands outside the learning rate; here it is multiplied with it.
- His output has weights of its own; here it is tied, as in the paper's rows of 25 M and 54 M.

Import the text first: ``nasedu data add ptb PATH``. A training is kept after every epoch, the
least that a call can do. ``--graphs`` trains with CUDA graphs: see in the record of `cells.py`
whether those are right. ``--epochs`` may grow later.
"""

import json
import math
import sys
import time
from dataclasses import replace
from functools import partial

from graphed_cell import GraphedCell
from slices import Slices, options_of, table, write_rows

from nasedu import published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.children.language_model import count_parameters
from nasedu.data import load_text
from nasedu.training import (
    CHARACTERS,
    GAL_LARGE,
    Checkpoint,
    LanguageTrainer,
    bits,
    perplexity,
)

WORDS = replace(GAL_LARGE, tied=True)
SIZES = {"25M": 25_000_000, "54M": 54_000_000, "characters": None}
PUBLISHED = {"25M": "64.0 perplexity", "54M": "62.4 perplexity", "characters": "1.214 bits"}
TOY = {"hidden_size": 8, "epochs": 2, "unroll": 10, "num_train": 2000}


class Enough(Exception):
    """The slice is over, and everything is kept."""


def recipe_for(options, cell, text):
    """Return the recipe, with the hidden size that the number of parameters asks for."""
    recipe, wanted = (CHARACTERS if options.size == "characters" else WORDS), SIZES[options.size]
    sizes = {"embedding_size": recipe.embedding_size, "tied": recipe.tied}
    if wanted is None:
        wanted = count_parameters(published.NAS_CELL, text.num_symbols, recipe.hidden_size, **sizes)
    hidden = hidden_size_for(wanted, cell, text.num_symbols, **sizes)
    given = {name: getattr(options, name) for name in ("epochs", "lr", "precision")}
    given = {name: value for name, value in given.items() if value is not None}
    return replace(recipe, **{"hidden_size": hidden, **(TOY if options.toy else {}), **given})


def train(trainer, cell, seed, checkpoint, slices):
    """Train for this slice; return the model and its outcome, or raise `Enough`."""
    resume = Checkpoint.load(checkpoint) if checkpoint.exists() else None
    ended = [time.time()]

    def keep(state):
        state.save(checkpoint)
        write_rows(checkpoint.with_suffix(".csv"), curves(state))
        epoch, epochs = len(state.valid_curve), trainer.recipe.epochs
        ended.append(time.time())
        seconds = ended[-1] - ended[-2]
        slices.say(
            f"epoch {epoch} of {epochs}: train {said(trainer, state.train_curve[-1])}, "
            f"validation {said(trainer, math.log(state.valid_curve[-1]))}, {seconds:.0f} s; "
            f"{(epochs - epoch) * seconds / 60:.0f} minutes to go"
        )
        if epoch < epochs and slices.seconds_left < seconds:
            raise Enough

    return trainer.fit(cell, seed, resume=resume, on_state=keep)


def curves(state):
    """Return a row for every epoch so far."""
    pairs = zip(state.train_curve, state.valid_curve, strict=True)
    return [
        {"epoch": epoch, "train nats": round(train, 5), "validation perplexity": round(valid, 4)}
        for epoch, (train, valid) in enumerate(pairs, start=1)
    ]


def said(trainer, nats):
    """Write nats as what is usual: bits of a character, perplexity of a word."""
    if trainer.data.unit == "character":
        return f"{bits(nats):.4f} bits"
    return f"{perplexity(nats):.2f}"


def tested(trainer, child, outcome):
    """Return the numbers of a finished training; the test text is read here alone."""
    found = {"windows": trainer.test_nats(child)}
    if trainer.data.unit == "word":  # so many steps one by one take minutes with characters
        found["stream"] = trainer.test_nats(child, window=None)
    return {
        "data": trainer.data.title,
        "hidden": trainer.recipe.hidden_size,
        "parameters": outcome.num_parameters,
        "epochs": len(outcome.valid_curve),
        "valid": said(trainer, math.log(min(outcome.valid_curve))),
        **{name: said(trainer, nats) for name, nats in found.items()},
        "seconds": outcome.seconds,
        "recipe": trainer.recipe.to_dict(),
    }


def record(slices, options):
    """Write the record of every training in the folder that is finished."""
    header = "training,H,parameters,epochs,validation,test,as one stream,published,minutes,slices"
    rows = []
    for file in sorted(slices.folder.glob("*.result.json")):
        found, name = json.loads(file.read_text()), file.name.removesuffix(".result.json")
        size, cell = name.rsplit("-", 3)[1:3]  # a text may have a dash in its name
        calls = json.loads(file.with_name(f"{name}.slices.json").read_text())
        rows.append(
            [
                name,
                f"{found['hidden']}",
                f"{found['parameters']:,}",
                f"{found['epochs']}",
                *(found.get(each, "") for each in ("valid", "windows", "stream")),
                PUBLISHED[size] if cell.startswith("NAS_CELL") and not options.toy else "",
                f"{found['seconds'] / 60:.1f}",
                f"{len(calls)}",
            ]
        )
    slices.write(
        "Language models of the published sizes",
        "Perplexity of words, bits of a character. Validation is that of the best epoch, with "
        "whose weights the test text was read, once. Scored in windows of 1,024 symbols with 256 "
        "before each.\n\n" + table(header.split(","), rows),
    )


def cell_named(options):
    """Return what `LanguageModel` takes for a cell."""
    if options.cell == "lstm":
        return LSTMLayer
    cell = getattr(published, options.cell, None)
    if cell is None or not options.cell.startswith("NAS_CELL"):
        sys.exit(f"cell is {options.cell!r}; expected NAS_CELL, NAS_CELL_MAX_SIN or lstm")
    return partial(GraphedCell, cell) if options.graphs else cell


def main(arguments=None):
    parser = options_of(__doc__)
    parser.add_argument("--size", default="25M", choices=list(SIZES))
    parser.add_argument("--cell", default="NAS_CELL", help="or NAS_CELL_MAX_SIN, or lstm")
    parser.add_argument("--graphs", action="store_true", help="train with CUDA graphs")
    parser.add_argument("--data", help="default ptb, or ptb-chars")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--epochs", type=int, help="default 55; of characters 383")
    parser.add_argument("--lr", type=float, help="default 1; of characters 0.001")
    parser.add_argument("--precision", choices=["float32", "bfloat16"], help="default float32")
    options = parser.parse_args(arguments)
    cell = cell_named(options)
    name = "pydocs" if options.toy else "ptb"
    data = options.data or (f"{name}-chars" if options.size == "characters" else name)
    name = f"{data.removesuffix('-chars')}-{options.size}-{options.cell}-{options.seed}"
    slices = Slices(__file__, options, name)
    text = load_text(data)
    trainer = LanguageTrainer(text, recipe_for(options, cell, text))
    checkpoint, path = slices.folder / f"{name}.safetensors", slices.folder / f"{name}.result.json"
    if path.exists() and json.loads(path.read_text())["epochs"] >= trainer.recipe.epochs:
        slices.say(f"{name} is finished; --seed or --folder begins another")
        return record(slices, options)
    slices.begin()
    print(f"{trainer!r}, H {trainer.recipe.hidden_size}", flush=True)
    trainer.warm_up()
    try:
        child, outcome = train(trainer, cell, options.seed, checkpoint, slices)
    except Enough:
        return slices.unfinished()
    found = tested(trainer, child, outcome)
    slices.say(f"test {found['windows']}")
    path.write_text(json.dumps(found) + "\n")
    record(slices, options)


if __name__ == "__main__":
    sys.exit(main())
