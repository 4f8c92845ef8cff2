"""What changes while pages look on: one poller a process, and streams of server-sent events."""

from hybrid_agent.serving.live.feed import Changed, Feed, Live, Unreachable
from hybrid_agent.serving.live.sse import Sent, event_stream, last_event_id

__all__ = ["Changed", "Feed", "Live", "Sent", "Unreachable", "event_stream", "last_event_id"]
