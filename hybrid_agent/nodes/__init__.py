"""One file a node, named as in the graph. A node orchestrates; what it does stands in the other rooms."""

from hybrid_agent.nodes.answer import answer
from hybrid_agent.nodes.call_tools import call_tools
from hybrid_agent.nodes.classify import classify
from hybrid_agent.nodes.execute import execute
from hybrid_agent.nodes.fill_slots import fill_slots
from hybrid_agent.nodes.guard import guard
from hybrid_agent.nodes.hand_off import hand_off
from hybrid_agent.nodes.here import Here
from hybrid_agent.nodes.human_interrupt import human_interrupt
from hybrid_agent.nodes.screen import screen

NODES = (
    "screen",
    "classify",
    "fill_slots",
    "call_tools",
    "answer",
    "guard",
    "human_interrupt",
    "execute",
    "hand_off",
)

__all__ = [
    "NODES",
    "Here",
    "answer",
    "call_tools",
    "classify",
    "execute",
    "fill_slots",
    "guard",
    "hand_off",
    "human_interrupt",
    "screen",
]
