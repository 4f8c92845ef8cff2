"""What this process measures of its own work, as Prometheus metrics."""

from collections.abc import Callable
from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Gauge, Histogram, ProcessCollector

from hybrid_agent.serving.observing.work import Ended, Kind, Work

BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
"""Upper bounds in seconds."""

NO_ROUTE = "none"
"""The route of a request that no page answers: its path is whatever somebody typed."""


@dataclass(frozen=True, slots=True)
class Measures:
    """A process's histograms and gauges; a watcher of the graph's work.

    Label values come from declarations (nodes, operations, routes, models) and never from what is served.
    """

    registry: CollectorRegistry
    work: dict[Kind, Histogram]
    requests: Histogram

    def began(self, work: Work) -> None:
        """Nothing is measured of what has not ended."""

    def ended(self, work: Work, ended: Ended) -> None:
        """Count a piece of work with how long it took."""
        labels = (ended.outcome,) if work.kind is Kind.RUN else (work.name, ended.outcome)
        self.work[work.kind].labels(*labels).observe(ended.seconds)

    def answered(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count a request by the template of its route."""
        self.requests.labels(method, route, str(status)).observe(seconds)

    def show(self, name: str, what: str, value: Callable[[], float]) -> None:
        """A gauge that is asked for its value when the measures are read."""
        Gauge(f"hybrid_agent_{name}", what, registry=self.registry).set_function(value)


def measures() -> Measures:
    """Measures that start at zero, in a registry of their own."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)

    def seconds(name: str, what: str, *labels: str) -> Histogram:
        return Histogram(f"hybrid_agent_{name}_seconds", what, labels, registry=registry, buckets=BUCKETS)

    return Measures(
        registry,
        {
            Kind.RUN: seconds("run", "Runs of the graph here, without the server's queue", "status"),
            Kind.NODE: seconds("node", "Nodes of the graph in this process", "node", "outcome"),
            Kind.CALL: seconds("call", "Calls of this process to connected systems", "operation", "outcome"),
            Kind.MODEL: seconds("model", "Calls of this process to language models", "model", "outcome"),
        },
        seconds("http", "Requests that this process answered", "method", "route", "status"),
    )
