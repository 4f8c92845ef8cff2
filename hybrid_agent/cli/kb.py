"""`hybrid-agent kb`: build the help centre's index, search it, and look after it."""

from datetime import datetime
from pathlib import Path
from typing import Annotated, Literal

import typer

Deployed = Annotated[
    Path | None,
    typer.Option(
        "--deployment",
        "-d",
        help="A support.yaml or its folder (without it, the one in this folder, else the bundled sample).",
    ),
]
Json = Annotated[bool, typer.Option("--json", help="One JSON object instead of text.")]
On = Annotated[
    datetime | None, typer.Option("--on", formats=["%Y-%m-%d"], help="As if it were this day (YYYY-MM-DD).")
]


def commands() -> typer.Typer:
    """The commands of the group."""
    app = typer.Typer(
        help="The help centre: build its index, search it, check its health.", no_args_is_help=True
    )
    for command in (build, search, check):
        app.command()(command)
    return app


def build(
    *,
    deployment: Deployed = None,
    skip_faulty: Annotated[
        bool, typer.Option("--skip-faulty", help="Go on without the files that cannot be read.")
    ] = False,
    json: Json = False,
) -> None:
    """Bring the index up to date: only new and changed articles are read; addresses are fetched."""
    from hybrid_agent.cli import kb_build

    raise typer.Exit(kb_build.build(deployment, skip_faulty=skip_faulty, json=json))


def search(
    query: Annotated[str, typer.Argument(help="What a customer asks.")],
    *,
    deployment: Deployed = None,
    k: Annotated[int, typer.Option("--k", min=1, max=50, help="How many passages.")] = 4,
    tag: Annotated[list[str] | None, typer.Option(help="Only articles with this tag; repeatable.")] = None,
    article: Annotated[list[str] | None, typer.Option(help="Only this article; repeatable.")] = None,
    product: Annotated[
        list[str] | None, typer.Option(help="About this product or none in particular; repeatable.")
    ] = None,
    audience: Annotated[Literal["customer", "internal"], typer.Option(help="Who asks.")] = "customer",
    locale: Annotated[
        str | None, typer.Option(help="The language, as in `en` (without it, the catalog's).")
    ] = None,
    on: On = None,
    json: Json = False,
) -> None:
    """Show the passages that are found, why, and what would be answered."""
    from hybrid_agent.cli import kb_search

    wanted = kb_search.Wanted(
        query=query,
        k=k,
        on=on.date() if on else None,
        audience=audience,
        locale=locale,
        tags=tuple(tag or ()),
        articles=tuple(article or ()),
        products=tuple(product) if product else None,
    )
    kb_search.search(deployment, wanted, json=json)


def check(
    *,
    deployment: Deployed = None,
    questions: Annotated[
        Path | None,
        typer.Option(help="A file of customers' questions: one a line, or JSON objects with `question`."),
    ] = None,
    records: Annotated[
        bool, typer.Option(help="Look in the records for questions that were handed off unanswered.")
    ] = True,
    stale_after: Annotated[int, typer.Option(min=1, help="Days until an article counts as stale.")] = 365,
    online: Annotated[bool, typer.Option("--online", help="Ask the addresses on the web, too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="Warnings fail, too.")] = False,
    on: On = None,
    json: Json = False,
) -> None:
    """Find broken links, duplicates, contradictions, stale articles, and what is asked in vain."""
    from hybrid_agent.cli import kb_check

    wanted = kb_check.Wanted(
        questions=questions,
        records=records,
        stale_after=stale_after,
        online=online,
        strict=strict,
        on=on.date() if on else None,
    )
    raise typer.Exit(kb_check.check(deployment, wanted, json=json))
