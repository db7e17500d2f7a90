"""The command whose options are the fields of its parts, so that none of them needs policing.

What another kind of child has is no option here, and a new field of a class is one without
another line.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping, Sequence, Set
from inspect import Parameter, Signature
from typing import Annotated, Any, NamedTuple

import typer

from nasedu.cli.options import Command
from nasedu.cli.parts import GivenParts, Look, Part

OPENED = "nasedu.opened"  # key of a context's `Look`, and of the options that it opened


class OpenedOption(NamedTuple):
    """An option that a look opened: of a part, for one of its fields or else for its preset."""

    part: Part
    field: str | None
    parameter: Any


class PartsCommand(Command):
    """A command that has the fields of its parts as options, beside those of its own."""

    picks: tuple[str, ...] = ()  # options that pick presets

    def look(self, words: Mapping[str, Any]) -> Look:
        """Return what the command is about.

        Args:
            words: What its own options and arguments say, by parameter, and those that pick
                presets; unchecked.
        """
        raise NotImplementedError

    def words(self, ctx: Any, args: Sequence[str]) -> dict[str, Any]:
        """Return what options say, whatever else stands there."""
        return self.skim(ctx, args, {}, ignore_unknown_options=True, resilient_parsing=True)

    def skim(
        self, ctx: Any, args: Sequence[str], hints: Mapping[str, Any], **how: Any
    ) -> dict[str, Any]:
        """Return what options say, with some more options than the command has of its own."""
        own = self.context_class(self, info_name=ctx.info_name, parent=ctx.parent, **how)
        parser = self.make_parser(own)
        more = dict.fromkeys(self.picks, Annotated[str | None, typer.Option()])
        for parameter in _parameters(more | dict(hints)):
            parameter.add_to_parser(parser, own)
        return parser.parse_args(list(args))[0]

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Look first; then take the options that there are."""
        look = self.look(self.words(ctx, args))
        taken = {"help", *(parameter.name for parameter in self.params)}
        opened = list(_options(look.parts, taken))
        ctx.meta[OPENED] = look, opened
        rest = super().parse_args(ctx, args)
        given: dict[str, dict[str, Any]] = {part.name: {} for part in look.parts}
        for part, key, parameter in opened:
            value = ctx.params.pop(parameter.name, None)
            if key is not None and value is not None:
                given[part.name][key] = value
        ctx.obj = GivenParts(look, given)
        return rest

    def get_params(self, ctx: Any) -> list[Any]:
        """Return the command's own parameters, but for the closed, and those of its parts."""
        own = super().get_params(ctx)
        if OPENED not in ctx.meta:
            return own
        look, opened = ctx.meta[OPENED]
        return [
            *(parameter for parameter in own if parameter.name not in look.closed),
            *(option.parameter for option in opened),
        ]

    def format_options(self, ctx: Any, formatter: Any) -> None:
        """Write the options in sections: the command's own, and those of each part."""
        _, opened = ctx.meta[OPENED]
        sections: dict[str, list[Any]] = {"Arguments": [], "Options": []}
        titles = {option.parameter.name: option.part.title for option in opened}
        for parameter in self.get_params(ctx):
            usual = f"{parameter.param_type_name.capitalize()}s"
            record = parameter.get_help_record(ctx)
            if record is not None:
                sections.setdefault(titles.get(parameter.name, usual), []).append(record)
        for title, records in sections.items():
            if records:
                with formatter.section(title):
                    formatter.write_dl(records)

    def format_epilog(self, ctx: Any, formatter: Any) -> None:
        """Say how to see the options of something else."""
        look, _ = ctx.meta[OPENED]
        if look.others:
            with formatter.section("There are other options with"):
                formatter.write_dl(list(look.others.items()))


def help_command(ctx: Any) -> str:
    """Return the command that shows the help of what a context is about."""
    words = ctx.meta[OPENED][0].words if OPENED in ctx.meta else ()
    return shlex.join([*ctx.command_path.split(), *words, "--help"])


def fields_as_options(part: Part, taken: Set[str] = frozenset()) -> dict[str, tuple[str, Any]]:
    """Return fields and annotations for typer of the options of a part, by parameter."""
    from nasedu.field_words import help_of, is_flag, kind_of_field, option_of, text_of
    from nasedu.values import hints_of

    kind, found = type(part.value), {}
    texts = help_of(kind)
    for key, hint in hints_of(kind).items():
        if part.fields is not None and key not in part.fields:
            continue
        name = f"{part.prefix or part.name}_{key}" if part.is_apart or key in taken else key
        option, usual = option_of(name), getattr(part.value, key)
        if is_flag(hint):
            off = option_of(f"no_{name}")
            text = f"{texts[key]}  [default: {'yes' if usual else 'no'}]"
            found[name] = (
                key,
                Annotated[bool | None, typer.Option(f"{option}/{off}", help=text.strip())],
            )
        else:
            text = f"{texts[key]}  [default: {text_of(usual)}]"
            values = f"<{kind_of_field(hint)}>"
            found[name] = (
                key,
                Annotated[str | None, typer.Option(option, metavar=values, help=text.strip())],
            )
    return found


def _options(parts: Sequence[Part], taken: set[str]) -> Iterator[OpenedOption]:
    """Yield the options of parts: first that of the preset, then those of the fields."""
    for part in parts:
        fields: dict[str, tuple[str | None, Any]] = {}
        if part.presets:
            names = ", ".join(part.presets)
            text = f"What the options below change: {names}.  [default: {part.picked}]"
            fields[part.name] = (
                None,
                Annotated[str | None, typer.Option(metavar="<name>", help=text)],
            )
        fields |= fields_as_options(part, taken | {one.name for one in parts})
        parameters = _parameters({name: hint for name, (_, hint) in fields.items()})
        for parameter in parameters:
            yield OpenedOption(part, fields[parameter.name][0], parameter)
        taken = taken | fields.keys()


def _parameters(hints: Mapping[str, Any]) -> list[Any]:
    """Return the parameters that typer makes of annotations, None unless they are given."""

    def command(**_: Any) -> None: ...

    one_by_one = [
        Parameter(name, Parameter.KEYWORD_ONLY, default=None, annotation=hint)
        for name, hint in hints.items()
    ]
    command.__signature__ = Signature(one_by_one)  # pyright: ignore
    command.__annotations__ = dict(hints)
    made = typer.Typer(add_completion=False, rich_markup_mode=None)
    made.command()(command)
    return typer.main.get_command(made).params
