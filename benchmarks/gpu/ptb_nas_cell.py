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

import math
import sys
from dataclasses import dataclass, replace
from functools import partial

from graphed_cell import GraphedCell
from lent import UNFINISHED, options_of, read, record, table

# isort: split

from experiment import RecordedTraining, fields

from nasedu import published
from nasedu.children import LSTMLayer, hidden_size_for
from nasedu.children.language_model import count_parameters
from nasedu.data import load_text
from nasedu.searching import do_job
from nasedu.searching.jobs import RESULT, read_result
from nasedu.training import CHARACTERS, GAL_LARGE, bits, perplexity

WORDS = replace(GAL_LARGE, tied=True)
SIZES = {"25M": 25_000_000, "54M": 54_000_000, "characters": None}
PUBLISHED = {"25M": "64.0 perplexity", "54M": "62.4 perplexity", "characters": "1.214 bits"}
TOY = {"hidden_size": 8, "epochs": 2, "unroll": 10, "num_train": 2000}


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


@dataclass(frozen=True)
class SizedTraining(RecordedTraining):
    """One training, whose epochs may grow: they are no part of what it is."""

    @property
    def name(self):
        return self.label

    @property
    def settings(self):
        recipe = {k: v for k, v in super().settings["recipe"].items() if k != "epochs"}
        return super().settings | {"recipe": recipe}

    @property
    def asked(self):
        recipe = {k: v for k, v in super().asked["recipe"].items() if k != "epochs"}
        return super().asked | {"recipe": recipe}

    def result(self, training):
        """Return the numbers of a finished training; the test text is read here alone."""
        data, outcome = self.task.data, training.outcome()
        found = {"windows": self.task.test_nats(training.finish())}
        if data.unit == "word":  # so many steps one by one take minutes with characters
            found["stream"] = self.task.test_nats(training.child, window=None)
        return {
            "data": data.title,
            "hidden": self.recipe.hidden_size,
            "epochs": training.epoch,
            "valid": said(data, math.log(min(outcome.valid_curve))),
            **{name: said(data, nats) for name, nats in found.items()},
            "outcome": fields(outcome),
            "recipe": self.recipe.to_dict(),
        }


def said(data, nats):
    """Write nats as what is usual: bits of a character, perplexity of a word."""
    return f"{bits(nats):.4f} bits" if data.unit == "character" else f"{perplexity(nats):.2f}"


def body(options):
    """Return the body of the record: every training in the folder that is finished."""
    header = "training,H,parameters,epochs,validation,test,as one stream,published,minutes"
    rows = []
    for folder in sorted(path.parent for path in options.folder.glob(f"*/{RESULT}")):
        found = read_result(folder)
        size, cell = folder.name.rsplit("-", 3)[1:3]  # a text may have a dash in its name
        failed = found["outcome"]["reason"]
        numbers = [found.get(each, "") for each in ("valid", "windows", "stream")]
        rows.append(
            [
                folder.name,
                f"{found.get('hidden', '')}",
                f"{found['outcome']['num_parameters']:,}",
                f"{found.get('epochs', '')}",
                *(["failed", failed, ""] if failed else numbers),
                PUBLISHED[size] if cell.startswith("NAS_CELL") and not options.toy else "",
                f"{found['outcome']['seconds'] / 60:.1f}",
            ]
        )
    return (
        "Perplexity of words, bits of a character. Validation is that of the best epoch, with "
        "whose weights the test text was read, once. Scored in windows of 1,024 symbols with 256 "
        "before each.\n\n" + table(header.split(","), rows)
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
    options = read(parser, __file__, arguments)
    cell = cell_named(options)
    name = "pydocs" if options.toy else "ptb"
    data = options.data or (f"{name}-chars" if options.size == "characters" else name)
    recipe = recipe_for(options, cell, load_text(data))
    name = f"{data.removesuffix('-chars')}-{options.size}-{options.cell}-{options.seed}"
    job = SizedTraining(cell, data, recipe, options.seed, label=name)
    folder = options.folder / name
    if (before := read_result(folder)) and before.get("epochs", recipe.epochs) < recipe.epochs:
        (folder / RESULT).unlink()  # it goes on from its checkpoint
    if do_job(job, folder, options.until) is None:
        return UNFINISHED
    return record(__file__, options, "Language models of the published sizes", body(options))


if __name__ == "__main__":
    sys.exit(main())
