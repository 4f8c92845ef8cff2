"""Options that several commands take."""

from pathlib import Path
from typing import Annotated

import typer

Deployed = Annotated[
    Path | None,
    typer.Option("--deployment", "-d", help="A support.yaml or its folder (without it, the bundled sample)."),
]
State = Annotated[Path | None, typer.Option("--state", help="Where conversations are kept.")]
Server = Annotated[
    str | None, typer.Option(help="A LangGraph server that keeps the conversations instead of --state.")
]
NoServer = Annotated[
    bool, typer.Option("--no-server", help="No server keeps any of them: what --state lacks is nowhere.")
]
Token = Annotated[Path | None, typer.Option(help="A file with the token of an admin on that server.")]
