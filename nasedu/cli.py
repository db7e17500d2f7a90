"""The command line. Heavy modules load inside the commands, so that help is instant."""

from __future__ import annotations

import json
import signal
import sys
from collections.abc import Generator
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from nasedu.errors import NaseduError, SettingError

if TYPE_CHECKING:
    from nasedu.searching import Event
    from nasedu.training import Recipe

LOADING = "loading the data and starting the workers ..."

app = typer.Typer(
    name="nasedu",
    help="Neural architecture search with reinforcement learning, to learn from.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
)
data_app = typer.Typer(help="Images to train children on.", no_args_is_help=True)
app.add_typer(data_app, name="data")

RunFolder = Annotated[Path, typer.Argument(help="Run folder, e.g. runs/first.")]
Workers = Annotated[int | None, typer.Option(help="Children at a time; default one a core.")]
ChildTimeout = Annotated[float, typer.Option(help="Seconds that one child may take.")]
Architecture = Annotated[
    str,
    typer.Argument(
        metavar="ARCH",
        help="JSON file, run folder (its best child), run folder:trial, or published:NAS_CNN_V1.",
    ),
]
Epochs = Annotated[int, typer.Option(help="Passes over the training images.")]
ChildLr = Annotated[float, typer.Option(help="Learning rate of the children.")]
BatchSize = Annotated[int, typer.Option(help="Images an update of a child.")]
ScheduleName = Annotated[
    Literal["linear", "constant"],
    typer.Option(help="Let a child's rate fall to 0, or not."),
]
PrecisionName = Annotated[
    Literal["auto", "float32", "bfloat16"], typer.Option(help="Arithmetic of the children.")
]
NumTrain = Annotated[int | None, typer.Option(help="Use only so many training images.")]
ImageSize = Annotated[int | None, typer.Option(help="Resize images to so many pixels a side.")]
DataName = Annotated[str, typer.Option(help="Data set, see `nasedu data list`.")]


@app.command()
def search(
    run: Annotated[Path, typer.Option(help="Folder to record in and resume from.")] = Path(
        "runs/first"
    ),
    data: DataName = "digits",
    strategy: Annotated[str, typer.Option(help="reinforce or random.")] = "reinforce",
    trials: Annotated[int, typer.Option(help="Children in all.")] = 160,
    batch: Annotated[int, typer.Option(help="Children an update.")] = 8,
    workers: Workers = None,
    seed: Annotated[int, typer.Option(help="Decides what is found.")] = 0,
    layers: Annotated[int, typer.Option(help="Layers of every child.")] = 4,
    heights: Annotated[str, typer.Option(help="Filter heights to choose from.")] = "1,3,5,7",
    widths: Annotated[str, typer.Option(help="Filter widths to choose from.")] = "1,3,5,7",
    filters: Annotated[str, typer.Option(help="Numbers of filters to choose from.")] = "8,16,24,36",
    skip_connections: Annotated[bool, typer.Option(help="Let layers choose their inputs.")] = False,
    lr: Annotated[
        float, typer.Option(help="Learning rate of the controller; 0.0006 suits 12,800 children.")
    ] = 0.03,
    epochs: Epochs = 2,
    child_lr: ChildLr = 0.1,
    batch_size: BatchSize = 64,
    schedule: ScheduleName = "linear",
    precision: PrecisionName = "auto",
    num_train: NumTrain = None,
    image_size: ImageSize = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Search for a network: a first one on the digits takes about two minutes.

    Run again, it goes on with an unfinished run, or shows the report of a finished one.
    """
    from nasedu.controller import make_strategy
    from nasedu.searching import search as run_search
    from nasedu.searching.trial import check_seed
    from nasedu.spaces import ConvNetSpace

    check_seed(seed)
    typer.echo(LOADING, err=True)
    space = ConvNetSpace(
        num_layers=layers,
        filter_heights=_numbers("heights", heights),
        filter_widths=_numbers("widths", widths),
        num_filters=_numbers("filters", filters),
        skip_connections=skip_connections,
    )
    settings = {"lr": lr} if strategy == "reinforce" else {}
    events = run_search(
        space,
        make_strategy(strategy, space.decisions, seed, **settings),
        data=data,
        trials=trials,
        batch=batch,
        workers=workers,
        seed=seed,
        run=run,
        recipe=_recipe(epochs, child_lr, batch_size, schedule, precision, num_train, image_size),
        child_timeout=child_timeout,
    )
    _follow(events, run)


@app.command()
def resume(
    run: RunFolder,
    trials: Annotated[int | None, typer.Option(help="Grow the run to so many children.")] = None,
    workers: Workers = None,
    child_timeout: ChildTimeout = 600,
) -> None:
    """Go on with a run that was interrupted, or let a finished one grow."""
    from nasedu.searching import resume as resume_run

    events = resume_run(run, trials=trials, workers=workers, child_timeout=child_timeout)
    typer.echo(LOADING, err=True)
    _follow(events, run)


@app.command()
def report(run: RunFolder) -> None:
    """Write the run's report.html, also of an unfinished run."""
    from nasedu.searching import Study
    from nasedu.viewing import write_report

    typer.echo(f"report: {write_report(Study(run), run)}")


@app.command()
def draw(
    arch: Architecture,
    out: Annotated[Path | None, typer.Option(help="Picture to write: svg, png, dot, pdf.")] = None,
    style: Annotated[
        Literal["graph", "matrix"], typer.Option(help="A matrix suits many skip connections.")
    ] = "graph",
    data: Annotated[
        str | None, typer.Option(help="Take shapes from this data set; default the run's.")
    ] = None,
) -> None:
    """Show a network as a table, and as a picture if asked."""
    from nasedu.searching import find_architecture
    from nasedu.viewing import draw as draw_architecture

    net, shape, num_classes = find_architecture(arch)
    if data is not None:
        from nasedu.data import load

        images = load(data)
        shape, num_classes = images.shape, images.num_classes
    drawing = draw_architecture(net, shape=shape, num_classes=num_classes, style=style)
    typer.echo(str(drawing))
    if out is not None:
        drawing.save(out)
        typer.echo(f"picture: {out}")


@app.command()
def train(
    arch: Architecture,
    data: DataName = "digits",
    seed: Annotated[int, typer.Option(help="Decides weights and order.")] = 0,
    out: Annotated[Path | None, typer.Option(help="Write the outcome as JSON here.")] = None,
    epochs: Epochs = 20,
    lr: ChildLr = 0.1,
    batch_size: BatchSize = 64,
    schedule: ScheduleName = "linear",
    precision: PrecisionName = "auto",
    num_train: NumTrain = None,
    image_size: ImageSize = None,
) -> None:
    """Train one network for longer and read the test set, once, at the end."""
    from tqdm import tqdm

    from nasedu.data import load
    from nasedu.searching import find_architecture
    from nasedu.searching.runs import write_text
    from nasedu.searching.trial import check_seed
    from nasedu.training import ImageTrainer

    net = find_architecture(arch).net
    check_seed(seed)
    if out is not None and (out.is_dir() or not out.absolute().parent.is_dir()):
        raise SettingError(f"out is {str(out)!r}; expected a file in a folder that exists")
    recipe = _recipe(epochs, lr, batch_size, schedule, precision, num_train, image_size)
    trainer = ImageTrainer(load(data), recipe)
    counts = trainer.cost(net)
    typer.echo(
        f"{trainer.data.title}: {len(trainer.train):,} training and {len(trainer.valid):,} "
        f"validation images; {len(net)} layers, {counts.num_parameters:,} parameters, "
        f"{counts.flop / 1e6:,.1f} MFLOP an image"
    )
    with tqdm(total=epochs, unit="epoch", disable=None) as bar:

        def on_epoch(epoch: int, accuracy: float) -> None:
            bar.update()
            tqdm.write(f"epoch {epoch:3d}  validation accuracy {accuracy:.4f}", file=sys.stdout)

        child, outcome = trainer.fit(net, seed, on_epoch)
    outcome = trainer.test_accuracy(child, outcome)
    typer.echo(f"test accuracy {outcome.test_accuracy:.4f} in {outcome.seconds:.1f} s of training")
    if out is not None:
        document = {"architecture": json.loads(net.to_json()), "data": trainer.data.title}
        document |= {"seed": seed, "recipe": recipe.to_dict(), "outcome": asdict(outcome)}
        write_text(out, json.dumps(document, indent=2) + "\n")
        typer.echo(f"outcome: {out}")


@data_app.command("list")
def data_list() -> None:
    """List the data sets that can be trained on."""
    from nasedu.data import data_home, describe

    for row in describe():
        typer.echo(str(row))
    typer.echo(f"imported sets lie in {data_home()}; add one with `nasedu data add NAME PATH`")


@data_app.command("add")
def data_add(
    name: Annotated[str, typer.Argument(help="Name to train on it by, e.g. cifar10.")],
    path: Annotated[Path, typer.Argument(help="Folder, .zip, .tar or .tar.gz.")],
    title: Annotated[str | None, typer.Option(help="What figures call it.")] = None,
    flip: Annotated[bool, typer.Option(help="A mirrored image is of the same class.")] = True,
    replace: Annotated[bool, typer.Option(help="Replace a set of the same name.")] = False,
) -> None:
    """Import images that lie in train/<class>/* and test/<class>/*."""
    from tqdm import tqdm

    from nasedu.data import add

    with tqdm(unit="image", disable=None) as bar:

        def on_progress(done: int, total: int) -> None:
            bar.total = total or None
            bar.update(done - bar.n)

        summary = add(name, path, title=title, flip=flip, replace=replace, on_progress=on_progress)
    typer.echo(str(summary))


@app.command()
def doctor(
    report: Annotated[bool, typer.Option(help="Print a block to paste for a teacher.")] = False,
) -> None:
    """Say whether everything is there that the course needs, and what to do if not."""
    from nasedu.doctor import examine

    examination = examine()
    typer.echo(examination.block() if report else str(examination))
    raise typer.Exit(0 if examination.is_well else 1)


def main() -> None:
    """Run the command line: bad usage is one line and exit code 2, Ctrl-C 130."""
    interrupts: list[int] = []

    def interrupt(number: int, frame: object) -> None:
        interrupts.append(number)  # a library that is being imported may turn it into its own error
        raise KeyboardInterrupt

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, interrupt)
    try:
        sys.exit(app(standalone_mode=False) or 0)
    except NaseduError as error:
        message = str(error)
    except KeyboardInterrupt:
        sys.exit(130)
    except Exception as error:
        if interrupts or isinstance(error, typer.Abort):
            sys.exit(130)
        if not hasattr(error, "format_message"):  # what typer raises for bad usage has it
            raise
        message = f"{error.format_message()} (see `nasedu --help`)"  # pyright: ignore
    typer.echo(f"nasedu: {' '.join(message.split())}", err=True)
    sys.exit(2)


def _follow(events: Generator[Event, None, None], run: Path) -> None:
    """Show a search while it runs, then write its report."""
    from tqdm import tqdm

    from nasedu.searching import Finished, Started, TrialFinished, Updated
    from nasedu.viewing import write_report
    from nasedu.viewing.progress import batch_line, closing_lines, opening_lines

    done = 0
    try:
        with closing(events), tqdm(unit="child", disable=None) as bar:
            for event in events:
                match event:
                    case Started(num_trials=total, num_done=done):
                        bar.reset(total)
                        bar.update(done)
                        tqdm.write(opening_lines(event), file=sys.stdout)
                    case TrialFinished():
                        done += 1
                        bar.update()
                    case Updated():
                        tqdm.write(batch_line(event), file=sys.stdout)
                    case Finished(study=study):
                        bar.close()
                        typer.echo(closing_lines(event))
                        typer.echo(f"report: {write_report(study, run)}")
    except KeyboardInterrupt:
        kept = f"{done} children are kept. Go on with `nasedu resume {run}`"
        recorded = (run / "study.db").exists()
        typer.echo(f"\nstopped; {kept if recorded else 'nothing was recorded yet'}", err=True)
        raise typer.Exit(130) from None


def _numbers(name: str, text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise SettingError(f"{name} is {text!r}; expected numbers such as 1,3,5") from None


def _recipe(
    epochs: int,
    lr: float,
    batch_size: int,
    schedule: Literal["linear", "constant"],
    precision: Literal["auto", "float32", "bfloat16"],
    num_train: int | None,
    image_size: int | None,
) -> Recipe:
    from nasedu.training import Recipe

    return Recipe(
        epochs=epochs,
        lr=lr,
        batch_size=batch_size,
        schedule=schedule,
        precision=precision,
        num_train=num_train,
        image_size=image_size,
    )
