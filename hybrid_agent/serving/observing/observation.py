"""Everything that watches a server, put together from its settings."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from hybrid_agent.deployment import Deployment
from hybrid_agent.serving.live import Feed
from hybrid_agent.serving.observing.health import Check, is_so, records_answer
from hybrid_agent.serving.observing.logs import LoggedRuns, set_up_logs
from hybrid_agent.serving.observing.measures import Measures, measures
from hybrid_agent.serving.observing.service import Service
from hybrid_agent.serving.observing.watching import Watching
from hybrid_agent.serving.settings.observing import Observing

if TYPE_CHECKING:
    from hybrid_agent.serving.observing.tracing import Spans


@dataclass(frozen=True)
class Observation:
    """What watches one process: its own measures, the counts of the whole service, checks, maybe traces.

    The graph gets `watching` among its callbacks. Close it with `aclose`: what waits is sent then.
    """

    settings: Observing
    deployment: Deployment
    watching: Watching
    measures: Measures
    service: Service
    checks: Mapping[str, Check]
    spans: "Spans | None"

    async def aclose(self) -> None:
        """Send the last traces."""
        if self.spans is not None:
            await asyncio.to_thread(self.spans.provider.shutdown)


def observe(
    settings: Observing, deployment: Deployment, feed: Feed, further: Mapping[str, Check]
) -> Observation:
    """Watch a deployment; the graph is then to be built from the observation's, whose calls are watched.

    `further` are checks of parts that this process runs besides the records and the live feed.
    """
    counted, spans = measures(), _spans(settings, deployment)
    counted.show("streams_open", "Event streams that this process holds open", lambda: feed.readers)
    watching = Watching([counted, LoggedRuns(), *([spans] if spans else [])])
    set_up_logs(settings.logs, deployment.redactor)
    checks = {
        "records": records_answer(deployment.records),
        "live feed": is_so(lambda: feed.running, "is not running"),
        **further,
    }
    watched = replace(deployment, toolbox=deployment.toolbox.watched(watching.call))
    return Observation(settings, watched, watching, counted, Service(watched), checks, spans)


def _spans(settings: Observing, deployment: Deployment) -> "Spans | None":
    if not settings.traces:
        return None
    from hybrid_agent.serving.observing.tracing import spans

    return spans(settings.traces, deployment)
