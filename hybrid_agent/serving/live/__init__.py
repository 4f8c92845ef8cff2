"""What changes while pages look on: one poller a process, and streams of server-sent events."""

from hybrid_agent.serving.live.ending import at_signal
from hybrid_agent.serving.live.feed import Changed, Feed, Live, Reachable, Subscription, Unreachable
from hybrid_agent.serving.live.lasting import still_counts
from hybrid_agent.serving.live.sse import AGAIN, Sent, event_stream, last_event_id

__all__ = [
    "AGAIN",
    "Changed",
    "Feed",
    "Live",
    "Reachable",
    "Sent",
    "Subscription",
    "Unreachable",
    "at_signal",
    "event_stream",
    "last_event_id",
    "still_counts",
]
