"""What the environment says about watching the server."""

from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

from hybrid_agent.serving.settings.reading import Variables

TOKEN_LENGTH = 24
"""Characters that the token for the metrics has at least."""

_BASE, _EXACT = "OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT"


class MetricsFor(StrEnum):
    """Who may read the metrics."""

    NOBODY = "nobody"
    LOOPBACK = "loopback"
    TOKEN = "token"  # noqa: S105


class LogForm(StrEnum):
    """How log lines look: as the server that runs us writes them, or a JSON object each."""

    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True, slots=True)
class Observing:
    """Who may read the metrics, where traces go (an OTLP address; empty: nowhere), how logs look."""

    metrics: MetricsFor = MetricsFor.NOBODY
    metrics_token: str = field(default="", repr=False)
    traces: str = ""
    logs: LogForm = LogForm.TEXT


def observing(read: Variables) -> Observing:
    """From `HYBRID_AGENT_METRICS`, `_METRICS_TOKEN` and `_LOGS`, and OpenTelemetry's own `OTEL_` names."""
    token = read.secret("METRICS_TOKEN", least=TOKEN_LENGTH)
    choices = {each.value: each for each in MetricsFor}
    metrics = read.choice("METRICS", choices, MetricsFor.TOKEN if token else MetricsFor.NOBODY)
    if metrics is MetricsFor.TOKEN and not token:
        read.wrong("METRICS", "is token, and HYBRID_AGENT_METRICS_TOKEN is not set; set a random one")
    if token and metrics is not MetricsFor.TOKEN:
        read.wrong("METRICS", f"is {metrics}, and HYBRID_AGENT_METRICS_TOKEN is set; keep one of them")
    logs = read.choice("LOGS", {each.value: each for each in LogForm}, LogForm.TEXT)
    return Observing(metrics, token, _traces(read), logs)


def _traces(read: Variables) -> str:
    """OpenTelemetry's exporter gives the base address the path of traces, and takes the other as it is."""
    if read.given.get("OTEL_SDK_DISABLED", "").strip().lower() == "true":
        return ""
    base = read.given.get(_BASE, "").strip().rstrip("/")
    address = read.given.get(_EXACT, "").strip() or (f"{base}/v1/traces" if base else "")
    if address and not _is_address(address):
        name = _EXACT if read.given.get(_EXACT) else _BASE
        read.problems.append(f"{name} is no address; write it as http://localhost:4318")
    return address


def _is_address(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname)
