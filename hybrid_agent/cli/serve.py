"""`hybrid-agent serve`: check the settings, say where things are, become LangGraph's development server."""

import hashlib
import os
import re
import secrets
import socket
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from hybrid_agent.catalog.load import load_catalog
from hybrid_agent.cli.failing import NotPossibleError
from hybrid_agent.cli.places import bundled, place_of
from hybrid_agent.deployment import now_utc
from hybrid_agent.loading import records_for
from hybrid_agent.portal import run_here
from hybrid_agent.serving.identity.sample_accounts import enter_samples
from hybrid_agent.serving.samples import sample_password
from hybrid_agent.serving.settings import ServerSettings, server_settings
from hybrid_agent.serving.settings.reading import is_loopback
from hybrid_agent.settings import read_settings, settings_file

PEOPLE = "people.yaml"
CONFIG = "langgraph.json"

_FILES = re.compile(r"HYBRID_AGENT_(\w+_FILE|DEPLOYMENT|DEMO)")

OFFLINE: Mapping[str, str] = {
    "LANGSMITH_TRACING": "false",
    "LANGGRAPH_CLI_NO_ANALYTICS": "1",
    "LANGGRAPH_NO_VERSION_CHECK": "true",
    "FORWARDED_ALLOW_IPS": "",
}
"""What keeps LangGraph's development server from calling out, and from believing an X-Forwarded-For."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where the server listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """As a browser on this machine has it."""
        return f"http://{self.host}:{self.port}"


def serve(deployment: Path | None, state: Path | None, config: Path | None, address: Address) -> None:
    """Never returns: the process becomes LangGraph's development server.

    Raises ConfigurationError that names every setting that is wrong, and NotPossibleError.
    """
    if not is_loopback(address.host) or ":" in address.host:
        advice = "It keeps everything in memory and is for one machine; docs/deploying.md has the others."
        raise NotPossibleError(
            f"the development server only listens on IPv4 loopback, not {address.host}\n  {advice}"
        )
    config = _config(config)
    folder, environment = _environment(deployment, state, address)
    settings = server_settings(environment)
    _check_free(address)
    _prepare(settings)
    _announce(settings, address)
    folder.mkdir(parents=True, exist_ok=True)
    os.chdir(folder)
    sys.stdout.flush()
    arguments = ["dev", "--config", str(config), "--host", address.host, "--port", str(address.port)]
    arguments += ["--no-browser", "--no-reload", "--n-jobs-per-worker", "10"]
    os.execve(sys.executable, [sys.executable, "-m", "langgraph_cli", *arguments], environment)  # noqa: S606


def _check_free(address: Address) -> None:
    """LangGraph's server takes another port where this one is taken: not the one that is announced."""
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((address.host, address.port))
        except OSError as error:
            advice = "Stop what uses it, or name another with --port (make serve PORT=2025)."
            raise NotPossibleError(
                f"cannot listen at {address.host} port {address.port}: {error.strerror}\n  {advice}"
            ) from error


def _config(named: Path | None) -> Path:
    """The `langgraph.json` that is meant: the one named, the one here, or the checkout's."""
    beside = Path(__file__).resolve().parents[2] / CONFIG
    for each in (named,) if named else (Path(CONFIG), beside):
        if each.is_file():
            return each.resolve()
    raise NotPossibleError(
        f"there is no {named or CONFIG}\n  Name one with --config; docs/serving.md shows it."
    )


def _environment(
    deployment: Path | None, state: Path | None, address: Address
) -> tuple[Path, dict[str, str]]:
    """The folder that the server works in, and its environment; the sample's where no deployment is named."""
    given = {"HYBRID_AGENT_URL": address.url, **OFFLINE, **_from_anywhere(os.environ)}
    if deployment is not None:
        given["HYBRID_AGENT_DEPLOYMENT"] = str(settings_file(deployment).resolve())
    if given.get("HYBRID_AGENT_DEPLOYMENT"):
        return _work_of(Path(given["HYBRID_AGENT_DEPLOYMENT"]), state), given
    file = place_of(None, state).deployment.resolve()
    secret = _kept_secret(file.parent / "var" / "secret")
    return _work_of(file, None), given | {
        "HYBRID_AGENT_DEPLOYMENT": str(file),
        "HYBRID_AGENT_SECRET": secret,
        "HYBRID_AGENT_CUSTOMER_JWT_SECRET": hashlib.sha256(f"customers:{secret}".encode()).hexdigest(),
        "HYBRID_AGENT_CUSTOMER_JWT_AUDIENCE": "hybrid-agent",
        "HYBRID_AGENT_DEMO": str(bundled(PEOPLE)),
    }


def _from_anywhere(environment: Mapping[str, str]) -> dict[str, str]:
    """The files that our settings name are meant from here; the server works elsewhere."""
    return {
        name: str(Path(value).absolute()) if value and _FILES.fullmatch(name) else value
        for name, value in environment.items()
    }


def _work_of(file: Path, state: Path | None) -> Path:
    return (state or settings_file(file).parent / "var") / "server"


def _kept_secret(file: Path) -> str:
    """The demonstration's secret, made at its first start and readable by its user only."""
    if not file.exists():
        file.touch(mode=0o600)
        file.write_text(secrets.token_hex(32), "utf-8")
    return file.read_text("utf-8").strip()


def _prepare(settings: ServerSettings) -> None:
    """Enter the samples; what cannot be used is told here, not among the server's own lines."""
    read, folder = read_settings(settings.deployment), settings.deployment.parent
    load_catalog(folder / read.catalog)
    records = records_for(read, folder)
    try:
        if settings.demo is not None:
            run_here(enter_samples(records, settings.demo, settings.secret, now_utc()))
    finally:
        run_here(records.aclose())


def _announce(settings: ServerSettings, address: Address) -> None:
    console = Console(highlight=False)
    console.print(f"Serving {settings.deployment} at {address.url} (stop with Ctrl+C)")
    console.print(f"  chat      {address.url}/chat")
    console.print(f"  console   {address.url}/console")
    console.print(f"  API       {address.url} (for langgraph_sdk, with a token)")
    if settings.demo is None:
        return
    console.print("Sample sign-ins; everybody who reaches this address sees them:", style="bold yellow")
    for each in settings.demo.staff:
        password = sample_password(each.user, settings.secret)
        console.print(f"  {each.role.label:<10} user {each.user:<6} password {password}")
    for customer in settings.demo.customers:
        console.print(f"  customer   {customer.id}: {customer.about}")
