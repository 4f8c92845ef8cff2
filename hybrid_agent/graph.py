"""The whole graph on one screen: nodes, edges, nothing else."""

from typing import TYPE_CHECKING, Any, Final, Literal

from langgraph._internal._constants import CONFIG_KEY_DURABILITY
from langgraph.graph import START, StateGraph
from langgraph.graph.state import CompiledStateGraph
from langgraph.types import Checkpointer

from hybrid_agent import nodes
from hybrid_agent.caller import Caller
from hybrid_agent.checkpoints import knowing_our_types
from hybrid_agent.deployment import Deployment
from hybrid_agent.dialogue.requests import current, first_in
from hybrid_agent.running import RunningNode, WhoCalls, caller_in_context, routed
from hybrid_agent.settings import Thinking
from hybrid_agent.state import Input, Output, Phase, State
from hybrid_agent.thinking import thinking_with

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

Builder = StateGraph[State, Caller, Input, Output]
Graph = CompiledStateGraph[State, Caller, Input, Output]


def build_graph(
    deployment: Deployment,
    *,
    checkpointer: Checkpointer = None,
    model: "BaseChatModel | None" = None,
    reasoner: Literal["cascade", "llm"] = "cascade",
    who_calls: WhoCalls = caller_in_context,
    output: type[Any] = Output,
) -> Graph:
    """The graph, ready to run. Give it a checkpointer to remember conversations and to pause for people.

    `model` is any chat model for a deployment that has none; `reasoner` says whether it helps or leads.

    `who_calls` tells a run's caller; without it, that is the run's `context`. `output` is what a run returns.

    It stores one checkpoint a run (`durability="exit"`), unless the run asks for another durability.

    As a part of a larger graph that shares its `messages`, compile `builder(deployment, output=State)` with
    `checkpointer=True` instead.
    """
    if model is not None:
        how: Final = Thinking.LLM if reasoner == "llm" else Thinking.CASCADE
        deployment = thinking_with(deployment, model, how)
    graph = builder(deployment, output, who_calls).compile(checkpointer=knowing_our_types(checkpointer))
    # The ledger makes writes safe, not the checkpoint; and at the default durability LangGraph stores the
    # input as it came, before the state has taken it in screened.
    return graph.with_config({"configurable": {CONFIG_KEY_DURABILITY: "exit"}})


def builder(
    deployment: Deployment, output: type[Any] = Output, who_calls: WhoCalls = caller_in_context
) -> Builder:
    """The graph before it is compiled; `output` is what a run returns."""
    graph = StateGraph(State, context_schema=Caller, input_schema=Input, output_schema=output)
    for name in nodes.NODES:
        graph.add_node(name, RunningNode(name, getattr(nodes, name), deployment, who_calls))

    graph.add_edge(START, "screen")
    graph.add_conditional_edges("screen", *routed(after_screen))
    graph.add_conditional_edges("classify", *routed(after_classify))
    graph.add_conditional_edges("fill_slots", *routed(after_fill_slots))
    graph.add_conditional_edges("call_tools", *routed(after_step))
    graph.add_conditional_edges("execute", *routed(after_step))
    graph.add_edge("hand_off", "answer")
    graph.add_edge("answer", "guard")
    graph.add_conditional_edges("guard", *routed(after_guard))
    graph.add_conditional_edges("human_interrupt", *routed(after_human_interrupt))
    return graph


def after_screen(
    state: State,
) -> Literal["classify", "hand_off", "answer", "human_interrupt", "__end__"]:
    """A message delivered twice waits on; one that is refused, empty or not for the bot is not read."""
    if state.get("served") is not None:
        return "human_interrupt" if first_in(state["requests"], Phase.APPROVING) else "__end__"
    if state["heard"]:
        return "classify"
    return "hand_off" if state["escalation"] else "answer"


def after_classify(
    state: State,
) -> Literal["execute", "fill_slots", "hand_off", "answer"]:
    """A yes is carried out, a request is served, a wish for a person goes to one with what can be known."""
    if state["escalation"] is None and first_in(state["requests"], Phase.CLEARED):
        return "execute"
    if current(state["requests"]) and state["question"] is None:
        return "fill_slots"
    return "hand_off" if state["escalation"] else "answer"


def after_fill_slots(state: State) -> Literal["call_tools", "fill_slots", "hand_off", "answer"]:
    """A question goes out; a request that is complete is served; one that ended makes way for the next."""
    if state["question"] is not None:
        return "answer"
    if first_in(state["requests"], Phase.READY):
        return "call_tools"
    if current(state["requests"]):
        return "fill_slots"
    return "hand_off" if state["escalation"] else "answer"


def after_step(state: State) -> Literal["execute", "fill_slots", "hand_off", "answer"]:
    """What is cleared is done, then the next request in the queue is taken up; trouble goes to a person."""
    if state["escalation"] is None and first_in(state["requests"], Phase.CLEARED):
        return "execute"
    if current(state["requests"]) and state["question"] is None:
        return "fill_slots"
    return "hand_off" if state["escalation"] else "answer"


def after_guard(state: State) -> Literal["hand_off", "human_interrupt", "__end__"]:
    """A blocked reply goes to a person; a due approval pauses the run, now that the customer is told."""
    if state["reply"] is None and state["escalation"] is not None:
        return "hand_off"
    return "human_interrupt" if first_in(state["requests"], Phase.APPROVING) else "__end__"


def after_human_interrupt(
    state: State,
) -> Literal["execute", "hand_off", "answer", "human_interrupt"]:
    """Approved is carried out, taken over or expired goes to a person; what does not count waits on."""
    if state["escalation"] is not None:
        return "hand_off"
    if first_in(state["requests"], Phase.CLEARED):
        return "execute"
    waits = first_in(state["requests"], Phase.APPROVING) is not None
    return "human_interrupt" if waits and not state["points"] else "answer"
