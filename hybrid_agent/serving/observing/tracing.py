"""OpenTelemetry spans of runs, nodes and calls, masked before they leave. Imported only where traces go out.

Names and attributes follow the conventions for generative AI where they have one:
https://opentelemetry.io/docs/specs/semconv/gen-ai/gen-ai-agent-spans/
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer, set_span_in_context
from opentelemetry.util.types import Attributes, AttributeValue

from hybrid_agent.deployment import Deployment
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.serving.observing.work import Ended, Kind, Work

PATIENCE = 2.0
"""Seconds that a batch of spans is tried for, also when the process ends; then it is dropped."""

_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)

_KINDS = {Kind.MODEL: SpanKind.CLIENT, Kind.CALL: SpanKind.CLIENT}
_ABOUT = {
    "thread_id": "gen_ai.conversation.id",
    "run_id": "hybrid_agent.run.id",
    "request_id": "hybrid_agent.request.id",
    "provider": "gen_ai.provider.name",
    "input_tokens": "gen_ai.usage.input_tokens",
    "output_tokens": "gen_ai.usage.output_tokens",
}


@dataclass(frozen=True, slots=True)
class Spans:
    """A watcher that makes a span of each piece of work; no span holds what was said, read or written.

    `provider` sends them in a thread of its own; shut it down when the process ends.
    """

    agent: str
    provider: TracerProvider
    tracer: Tracer
    _open: dict[UUID, Span] = field(default_factory=dict)

    def began(self, work: Work) -> None:
        """Open a span inside its parent's."""
        parent = self._open.get(work.parent) if work.parent else None
        name, about = _described(work, self.agent)
        self._open[work.id] = self.tracer.start_span(
            name,
            context=set_span_in_context(parent) if parent else None,
            kind=_KINDS.get(work.kind, SpanKind.INTERNAL),
            attributes={**about, **_named(work.about)},
        )

    def ended(self, work: Work, ended: Ended) -> None:
        """Close it. Of an error the class is told, and nothing of what it says."""
        span = self._open.pop(work.id, None)
        if span is None:
            return
        span.set_attributes({"hybrid_agent.outcome": ended.outcome, **_named(ended.about)})
        if ended.error is not None:
            span.set_attribute("error.type", ended.error)
            span.set_status(Status(StatusCode.ERROR))
        span.end()


def spans(endpoint: str, deployment: Deployment) -> Spans:
    """Spans that go to the traces' address of an OTLP collector over HTTP, such as `.../v1/traces`."""
    about = {
        "service.name": "hybrid-agent",
        "service.instance.id": deployment.worker,
        "hybrid_agent.deployment": deployment.name,
    }
    provider = TracerProvider(resource=Resource.create(about))
    provider.add_span_processor(
        BatchSpanProcessor(Masked(OTLPSpanExporter(endpoint, timeout=PATIENCE), deployment.redactor))
    )
    return Spans(deployment.name, provider, provider.get_tracer("hybrid_agent"))


@dataclass(frozen=True, slots=True)
class Masked(SpanExporter):
    """Sends spans with every text in their attributes masked; ids of ours, which are UUIDs, stay."""

    exporter: SpanExporter
    redactor: Redactor

    def export(self, spans: Sequence[ReadableSpan]) -> SpanExportResult:
        """In the exporting thread: masking takes no time from a turn."""
        return self.exporter.export([self._masked(each) for each in spans])

    def shutdown(self) -> None:
        """Let go of the connection."""
        self.exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        """Send what waits."""
        return self.exporter.force_flush(timeout_millis)

    def _masked(self, span: ReadableSpan) -> ReadableSpan:
        return ReadableSpan(
            name=self._text(span.name),
            context=span.get_span_context(),
            parent=span.parent,
            resource=span.resource,
            attributes=self._attributes(span.attributes),
            kind=span.kind,
            status=Status(span.status.status_code),
            start_time=span.start_time,
            end_time=span.end_time,
            instrumentation_scope=span.instrumentation_scope,
        )

    def _attributes(self, given: Attributes) -> dict[str, AttributeValue]:
        found = given or {}
        return {name: self._text(each) if isinstance(each, str) else each for name, each in found.items()}

    def _text(self, text: str) -> str:
        return text if _UUID.fullmatch(text) else self.redactor.mask(text)


def _described(work: Work, agent: str) -> tuple[str, dict[str, AttributeValue]]:
    if work.kind is Kind.RUN:
        return f"invoke_agent {agent}", {
            "gen_ai.operation.name": "invoke_agent",
            "gen_ai.agent.name": agent,
        }
    if work.kind is Kind.CALL:
        return f"execute_tool {work.name}", {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": work.name,
        }
    if work.kind is Kind.MODEL:
        return f"chat {work.name}", {"gen_ai.operation.name": "chat", "gen_ai.request.model": work.name}
    return work.name, {"hybrid_agent.node": work.name}


def _named(about: Mapping[str, str | int]) -> dict[str, AttributeValue]:
    return {_ABOUT[name]: value for name, value in about.items() if name in _ABOUT}
