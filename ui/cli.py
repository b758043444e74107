"""The command line. Declares commands and options; the work is imported when a command runs, so that help is quick."""

from __future__ import annotations

import gc
import io
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

import click

from kg.facets.filters import EXCLUDED
from kg.facets.table import FACETS, VALUE_FACETS

F = TypeVar("F", bound=Callable[..., Any])

_OBJECTS_BETWEEN_COLLECTIONS: Final = 50_000
"""Python's own 700, or 2,000, look again and again through the classes of libraries, which can never be garbage."""


def run() -> NoReturn:
    """The command ``reportgraph``: :func:`main`, and then the end of the process, at once.

    Taking apart a model and an interpreter full of libraries takes half a second and changes nothing. What must be
    tidied up is tidied by the blocks that opened it.
    """
    gc.set_threshold(_OBJECTS_BETWEEN_COLLECTIONS)
    try:
        main()
    except SystemExit as ended:
        code = ended.code if isinstance(ended.code, int) else int(ended.code is not None)
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except OSError:  # whoever read it is gone, or the disk is full
            code = code or 1
    os._exit(code)


class _ReadableErrors(click.Group):
    """Turns the errors that are meant for people into one line and exit code 1."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except BrokenPipeError:
            raise  # whoever read the output has enough: click ends quietly
        except Exception as error:
            from ui.errors import readable  # noqa: PLC0415 - the trees are needed only when something failed

            message = readable(error)
            if message is None:
                raise
            raise click.ClickException(message) from error


class _Text(click.ParamType[str]):
    """Text as a terminal gives it: bytes that are no text are replaced, not carried on to where they break."""

    name = "text"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:  # noqa: ARG002 - as click calls it
        return str(value).encode("utf-8", "surrogateescape").decode("utf-8", "replace")


@click.group(cls=_ReadableErrors, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="reportgraph")
def main() -> None:
    """A knowledge graph and semantic search service for repositories of research reports."""
    # A terminal that cannot show a letter shows a question mark; it must not end the command.
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")


def _data(command: F) -> F:
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Directory of the snapshots (default: reportgraph-data, or REPORTGRAPH_DATA).",
    )(command)


def _json(command: F) -> F:
    return click.option("--json", "as_json", is_flag=True, help="Print JSON for other programs.")(command)


def _filters(command: F) -> F:
    for prefix, said in (
        (EXCLUDED, "Not this %s (repeat: none of them)."),
        ("", "Only this %s (repeat: any of them)."),
    ):
        for name in reversed(VALUE_FACETS):
            facet = FACETS[name]
            command = click.option(
                f"--{prefix.replace('_', '-')}{facet.option}",
                f"{prefix}{name}",
                multiple=True,
                type=_Text(),
                metavar=name.upper(),
                help=said % facet.noun,
            )(command)
    command = click.option("--stated-only", is_flag=True, help="Only by what records state, not what was inferred.")(
        command
    )
    command = click.option("--year-to", type=int, help="Only up to this year.")(command)
    return click.option("--year-from", type=int, help="Only from this year on.")(command)


def _limit(command: F) -> F:
    return click.option("--limit", type=click.IntRange(0, 1000), default=10, show_default=True)(command)


def _strict(command: F) -> F:
    return click.option("--strict", is_flag=True, help="Exit with 1 if there was any problem.")(command)


def _dry_run(command: F) -> F:
    return click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")(command)


def _wait(command: F) -> F:
    return click.option(
        "--wait",
        type=click.FloatRange(min=0),
        default=0.0,
        metavar="SECONDS",
        help="Wait so long for another process that is writing (default: not at all).",
    )(command)


def _model(command: F) -> F:
    command = click.option(
        "--device",
        type=click.Choice(["auto", "cpu", "cuda", "mps"]),
        help="Where models compute: the processor, a GPU, or a GPU where there is one (default: auto).",
    )(command)
    return click.option(
        "--model", help="Encoder: an installed model, a directory, or `hashing` (default: REPORTGRAPH_MODEL)."
    )(command)


def _reranker(command: F) -> F:
    return click.option(
        "--reranker", help="Directory of a cross-encoder for a second look (default: REPORTGRAPH_RERANKER, or none)."
    )(command)


@main.command()
@click.argument("sources", nargs=-1, required=True, type=click.Path(path_type=Path), metavar="SOURCE...")
@click.option("--format", "form", help="Form of the files, if it should not be sniffed.")
@click.option("--fields", type=click.Path(path_type=Path), help="TOML file that extends or replaces the field map.")
@_strict
@_wait
@_model
@_data
@_json
def build(**options: Any) -> None:
    """Build a collection from files and publish it, instead of what was there."""
    from ui.commands.changing import build_command  # noqa: PLC0415 - see the module's docstring

    build_command(**options)


@main.command()
@click.argument("sources", nargs=-1, type=click.Path(path_type=Path), metavar="[SOURCE...]")
@click.option(
    "--delete-ids",
    type=click.Path(path_type=Path, exists=True, dir_okay=False, allow_dash=True),
    help="A file with the ids of reports to delete, one a line (- is standard input).",
)
@click.option(
    "--replace-source",
    type=_Text(),
    metavar="NAME",
    help="The files are all of the source NAME: reports that it no longer has are deleted.",
)
@click.option("--format", "form", help="Form of the files, if it should not be sniffed.")
@click.option("--fields", type=click.Path(path_type=Path), help="TOML file that extends or replaces the field map.")
@_strict
@_dry_run
@_wait
@_model
@_data
@_json
def update(**options: Any) -> None:
    """Add, replace and delete reports in the collection, and publish it."""
    from ui.commands.changing import update_command  # noqa: PLC0415 - see the module's docstring

    update_command(**options)


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...", type=_Text())
@click.option("--purge", is_flag=True, help="Leave no trace but the ids: takes other snapshots away as well.")
@_dry_run
@_wait
@_data
@_json
def delete(**options: Any) -> None:
    """Delete reports from the collection, and publish it."""
    from ui.commands.changing import delete_command  # noqa: PLC0415 - see the module's docstring

    delete_command(**options)


@main.command()
@click.argument("folder", type=click.Path(path_type=Path, file_okay=False), metavar="DIR")
@click.option(
    "--mode",
    "modes",
    multiple=True,
    type=click.Choice(["hybrid", "reranked", "semantic", "lexical", "related"]),
    help="Measure only this mode (repeat for several).",
)
@_model
@_reranker
@_data
@_json
def evaluate(**options: Any) -> None:
    """Measure search on a folder of relevance judgments (corpus.jsonl[.gz], queries.jsonl, qrels.tsv)."""
    from ui.commands.evaluating import evaluate_command  # noqa: PLC0415 - the same

    evaluate_command(**options)


@main.command()
@click.option("--host", help="Address to serve on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on (default: 7860).")
@_model
@_reranker
@_data
def serve(**options: Any) -> None:
    """Serve the collection; new builds are followed without a restart."""
    from ui.commands.serving import serve_command  # noqa: PLC0415 - see the module's docstring

    serve_command(**options)


@main.command()
@click.option("--host", help="Address to serve on (default: 127.0.0.1).")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to serve on (default: 7860).")
@click.option("--build-only", is_flag=True, help="Build the sample, do not serve it.")
@_model
@_data
def demo(**options: Any) -> None:
    """Build the bundled sample of invented reports and serve it."""
    from ui.commands.serving import demo_command  # noqa: PLC0415 - see the module's docstring

    demo_command(**options)


@main.command()
@click.argument("query", type=_Text())
@click.option("--mode", type=click.Choice(["hybrid", "semantic", "lexical"]), default="hybrid", show_default=True)
@click.option(
    "--match",
    type=click.Choice(["all", "most", "any"]),
    default="most",
    show_default=True,
    help="How much of the words a result holds.",
)
@click.option("--sort", type=click.Choice(["relevance", "newest", "oldest"]), default="relevance", show_default=True)
@click.option("--offset", type=click.IntRange(min=0), default=0, help="Skip so many results.")
@_limit
@_filters
@_model
@_reranker
@_data
@_json
def search(**options: Any) -> None:
    """Search by words and by meaning, inside filters."""
    from ui.commands.searching import search_command  # noqa: PLC0415 - see the module's docstring

    search_command(**options)


@main.command()
@click.argument("ids", nargs=-1, required=True, metavar="ID...", type=_Text())
@_limit
@_filters
@_data
@_json
def related(**options: Any) -> None:
    """Find reports like one or several given ones."""
    from ui.commands.searching import related_command  # noqa: PLC0415 - see the module's docstring

    related_command(**options)


@main.command()
@click.argument("text", type=_Text())
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    type=click.Choice([*(name for name, facet in FACETS.items() if facet.suggested), "report"]),
    help="Only such suggestions (repeat for several).",
)
@click.option("--lang", type=click.Choice(["en", "es", "fr", "pt"]), default="en", help="Language of the labels.")
@click.option("--limit", type=click.IntRange(1, 20), default=8, show_default=True)
@_data
@_json
def suggest(**options: Any) -> None:
    """Complete words: topics, people, institutions, series, places and titles."""
    from ui.commands.searching import suggest_command  # noqa: PLC0415 - see the module's docstring

    suggest_command(**options)


@main.command()
@click.argument("question", type=_Text(), required=False)
@click.option(
    "--batch",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file with a line of JSON for each question: id and question. Answers are printed a line each.",
)
@click.option(
    "--lang", type=click.Choice(["en", "es", "fr", "pt"]), help="Your language, where questions do not show it."
)
@click.option("--explain", is_flag=True, help="Show how the question was understood, and by which rule.")
@click.option("--limit", type=click.IntRange(0, 1000), default=10, show_default=True, help="Reports to show.")
@_model
@_data
@_json
def ask(**options: Any) -> None:
    """Ask a question in English, French, Spanish or Portuguese."""
    from ui.commands.asking import ask_command  # noqa: PLC0415 - see the module's docstring

    ask_command(**options)


@main.command()
@click.argument("query", metavar="QUERY|FILE", type=_Text())
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", "json", "xml", "csv", "tsv", "turtle", "ntriples", "jsonld"]),
    help="How to print the answer (default: a table, or Turtle for triples).",
)
@click.option("--stated-only", is_flag=True, help="Leave out what was inferred.")
@click.option(
    "--timeout", type=click.FloatRange(min=0, min_open=True, max=86_400), help="Time limit in seconds (default: 60)."
)
@_data
@_json
def sparql(**options: Any) -> None:
    """Ask the graph a SPARQL query, given as text, as a file, or as - for standard input."""
    from ui.commands.graph import sparql_command  # noqa: PLC0415 - see the module's docstring

    sparql_command(**options)


@main.command()
@click.option(
    "--format",
    "form",
    type=click.Choice(["nquads", "turtle", "jsonld", "bibtex", "ris", "csl"]),
    required=True,
    help="nquads and jsonld keep stated and inferred apart; turtle merges them.",
)
@click.option("--output", type=click.Path(path_type=Path, dir_okay=False), help="File to write (default: output).")
@_data
def export(**options: Any) -> None:
    """Write out the whole collection."""
    from ui.commands.graph import export_command  # noqa: PLC0415 - see the module's docstring

    export_command(**options)


@main.command()
@click.option("--limit", type=click.IntRange(min=1), help="Check only so many reports.")
@click.option("--files", "files_only", is_flag=True, help="Read the files only, do not validate the graph.")
@click.option("--repair", is_flag=True, help="Make damaged parts anew from the records.")
@_wait
@_data
@_json
def check(**options: Any) -> None:
    """Name damaged files, and validate the graph against its SHACL shapes."""
    from ui.commands.checking import check_command  # noqa: PLC0415 - see the module's docstring

    check_command(**options)


@main.group(invoke_without_command=True)
@_data
@_json
def snapshots(**options: Any) -> None:
    """List the snapshots, or compare and keep them."""
    if click.get_current_context().invoked_subcommand is None:
        from ui.commands.keeping import snapshots_command  # noqa: PLC0415 - see the module's docstring

        snapshots_command(**options)


def _snapshots_options(options: dict[str, Any]) -> dict[str, Any]:
    """The options of a subcommand of ``snapshots``; --data and --json may stand before it as well."""
    parent = click.get_current_context().parent
    given = parent.params if parent is not None else {}
    return {name: options[name] or given.get(name) or options[name] for name in options}


@snapshots.command()
@click.argument("older", metavar="A")
@click.argument("newer", metavar="B")
@click.option("--list", "listing", is_flag=True, help="List the ids of the reports.")
@_data
@_json
def diff(**options: Any) -> None:
    """Count the reports that were added, changed and deleted from snapshot A to snapshot B."""
    from ui.commands.keeping import diff_command  # noqa: PLC0415 - see the module's docstring

    diff_command(**_snapshots_options(options))


@snapshots.command()
@click.argument("name")
@_wait
@_data
def keep(**options: Any) -> None:
    """Never prune a snapshot."""
    from ui.commands.keeping import keep_command  # noqa: PLC0415 - see the module's docstring

    keep_command(**_snapshots_options(options))


@snapshots.command()
@click.argument("name")
@_wait
@_data
def unkeep(**options: Any) -> None:
    """Let a snapshot be pruned again."""
    from ui.commands.keeping import unkeep_command  # noqa: PLC0415 - see the module's docstring

    unkeep_command(**_snapshots_options(options))


@main.command()
@click.argument("name")
@_wait
@_data
def rollback(**options: Any) -> None:
    """Make another snapshot live, after reading all of it."""
    from ui.commands.keeping import rollback_command  # noqa: PLC0415 - see the module's docstring

    rollback_command(**options)


@main.command()
@click.option(
    "--keep",
    "newest",
    type=click.IntRange(min=1),
    metavar="N",
    help="Keep the N newest (default: REPORTGRAPH_KEPT_SNAPSHOTS).",
)
@_wait
@_data
def prune(**options: Any) -> None:
    """Remove old snapshots, never the live one and those that are kept."""
    from ui.commands.keeping import prune_command  # noqa: PLC0415 - see the module's docstring

    prune_command(**options)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--snapshot", "name", metavar="NAME", help="Save this snapshot (default: the live one).")
@_data
def backup(**options: Any) -> None:
    """Save a snapshot in one file, also while it is served."""
    from ui.commands.keeping import backup_command  # noqa: PLC0415 - see the module's docstring

    backup_command(**options)


@main.command()
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--force", is_flag=True, help="Publish it as a new snapshot of a collection that is there.")
@_wait
@_data
def restore(**options: Any) -> None:
    """Publish the snapshot of a backup."""
    from ui.commands.keeping import restore_command  # noqa: PLC0415 - see the module's docstring

    restore_command(**options)


if __name__ == "__main__":
    run()
