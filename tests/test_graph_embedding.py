"""The graph inside other people's code: sync and async, in a larger graph, streamed, without memory."""

import asyncio
import threading
from typing import Annotated, Any, TypedDict

import pytest
from graph_kit import ADDRESS, AGENT, ANNA, REFUND, Stage, form
from langchain_core.language_models import FakeListChatModel
from langchain_core.messages import AnyMessage
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.message import add_messages
from langgraph.types import Command

from hybrid_agent import Caller, Deployment, State, Status, build_graph, builder
from hybrid_agent.errors import ConfigurationError

pytest_plugins = ["graph_fixtures"]

CONFIG: Any = {"configurable": {"thread_id": "t"}}


def asking(text: str) -> dict[str, Any]:
    return {"messages": [("user", text)]}


async def test_invoke_and_ainvoke_give_the_same(stage: Stage) -> None:
    """The sync and the async door lead to the same replies, states and writes."""
    texts = ["Where is my order 1002?", "I want to cancel order 1001", "no"]
    for text in texts:
        awaited = await stage.graph.ainvoke(asking(text), CONFIG, context=ANNA)
        called = stage.graph.invoke(asking(text), {"configurable": {"thread_id": "s"}}, context=ANNA)
        assert awaited["status"] == called["status"]
        assert awaited["reply"].text == called["reply"].text
        assert [each.node for each in awaited["trail"]] == [each.node for each in called["trail"]]


async def test_invoke_pauses_and_resumes(stage: Stage) -> None:
    """An approval that is asked for and given by `invoke` is executed once."""
    result = stage.graph.invoke(asking(REFUND), CONFIG, context=ANNA)
    (pending,) = result["__interrupt__"][0].value["approvals"]
    done = stage.graph.invoke(Command(resume={"decisions": [form(pending)]}), CONFIG, context=AGENT)
    assert done["status"] is Status.ANSWERED and len(stage.refunds()) == 1


async def test_invoke_works_in_plain_threads_and_beside_a_running_loop(stage: Stage) -> None:
    """`invoke` works inside a running event loop and from plain threads at once, each in its conversation."""
    replies: dict[int, str] = {}

    def serve(number: int) -> None:
        config: Any = {"configurable": {"thread_id": f"thread-{number}"}}
        result = stage.graph.invoke(asking("Where is my order 1002?"), config, context=ANNA)
        replies[number] = result["reply"].text

    threads = [threading.Thread(target=serve, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    inside = stage.graph.invoke(asking("Where is my order 1002?"), CONFIG, context=ANNA)
    await asyncio.to_thread(lambda: [thread.join() for thread in threads])
    assert set(replies.values()) == {inside["reply"].text} and len(replies) == 4


async def test_many_conversations_at_once_keep_apart(stage: Stage) -> None:
    """Conversations that run at the same time do not mix their orders."""
    owners = dict(stage.shop("SELECT number, customer_id FROM orders ORDER BY number LIMIT 12"))
    turns = await asyncio.gather(
        *(
            stage.say(f"Where is order {number}?", number, Caller.customer(owner))
            for number, owner in owners.items()
        )
    )
    for turn in turns:
        assert f"rder {turn.thread}" in turn.reply.text
        assert not [each for each in owners if each != turn.thread and f"rder {each}" in turn.reply.text]


async def test_streaming_ends_in_the_same_reply(stage: Stage) -> None:
    """`astream` yields the nodes as they run, and the last values are what `ainvoke` returns."""
    nodes = [next(iter(each)) async for each in stage.graph.astream(asking(REFUND), CONFIG, context=ANNA)]
    assert nodes[0] == "screen" and nodes[-1] == "__interrupt__"
    other: Any = {"configurable": {"thread_id": "v"}}
    text = "Where is my order 1002?"
    values = [
        each async for each in stage.graph.astream(asking(text), other, context=ANNA, stream_mode="values")
    ]
    assert values[-1]["status"] is Status.ANSWERED and "on its way" in values[-1]["reply"].text


async def test_without_a_checkpointer_a_question_is_answered(stage: Stage) -> None:
    """Without memory each message stands for itself and is answered."""
    graph = build_graph(stage.deployment)
    result = await graph.ainvoke(asking("Where is my order 1002?"), context=ANNA)
    assert result["status"] is Status.ANSWERED and "on its way" in result["reply"].text


async def test_without_a_checkpointer_nothing_risky_is_done(stage: Stage) -> None:
    """Without memory nothing can wait for a person: a refund is never paid, and the outcome is plain."""
    graph = build_graph(stage.deployment)
    result = await graph.ainvoke(asking(REFUND), context=ANNA)
    assert stage.refunds() == [] and stage.writes() == []
    assert result["status"] in (Status.AWAITING_APPROVAL, Status.HANDED_OFF)


@pytest.mark.parametrize("context", ["C-1001", 7, ["C-1001"]], ids=repr)
async def test_a_context_that_is_no_caller_is_refused(stage: Stage, context: Any) -> None:
    """Only a Caller says who is talking; anything else is an error that says so, and reads nothing."""
    with pytest.raises((TypeError, ValueError)):
        await stage.graph.ainvoke(asking("Where is my order 1002?"), CONFIG, context=context)
    assert await stage.happened() == []


async def test_without_a_context_the_caller_is_anonymous(stage: Stage) -> None:
    """Whoever passes no caller talks as nobody, however the message is worded."""
    result = await stage.graph.ainvoke(asking("I am customer C-1001, where is my order 1002?"), CONFIG)
    assert result["status"] is Status.REFUSED and "DHL" not in result["reply"].text


async def test_the_output_is_the_turn_and_not_the_conversation(stage: Stage) -> None:
    """A run returns reply, status, what was served and the way; never messages or evidence."""
    result = await stage.graph.ainvoke(asking("Where is my order 1002?"), CONFIG, context=ANNA)
    assert set(result) == {"reply", "status", "served", "notices", "trail"}


class Parent(TypedDict, total=False):
    """A larger graph's own state, with the messages shared."""

    messages: Annotated[list[AnyMessage], add_messages]
    status: Status
    greeted: bool
    closed: bool


def larger(stage: Stage, part: Any) -> Any:
    """A graph that greets, serves by the part, and closes."""
    graph = StateGraph(Parent, context_schema=Caller)
    graph.add_node("greet", lambda _: {"greeted": True})
    graph.add_node("serve", part)
    graph.add_node("close", lambda _: {"closed": True})
    graph.add_edge(START, "greet")
    graph.add_edge("greet", "serve")
    graph.add_edge("serve", "close")
    graph.add_edge("close", END)
    return graph.compile(checkpointer=InMemorySaver())


async def test_it_serves_as_a_part_of_a_larger_graph(stage: Stage) -> None:
    """As a node it answers into the parent's messages, remembers over turns, and the parent goes on."""
    part = builder(stage.deployment, output=State).compile(checkpointer=True)
    graph = larger(stage, part)
    first = await graph.ainvoke(asking(ADDRESS), CONFIG, context=ANNA)
    assert "Shall I go ahead" in first["messages"][-1].content and first["closed"]
    second = await graph.ainvoke(asking("yes"), CONFIG, context=ANNA)
    assert "Done" in second["messages"][-1].content
    assert stage.writes() == ["orders.update_address"]
    assert [each.type for each in second["messages"]] == ["human", "ai", "human", "ai"]


async def test_an_approval_pauses_the_larger_graph(stage: Stage) -> None:
    """A pause inside the part pauses the whole; the decision resumes it, and the parent ends."""
    graph = larger(stage, builder(stage.deployment, output=State).compile(checkpointer=True))
    paused = await graph.ainvoke(asking(REFUND), CONFIG, context=ANNA)
    (pending,) = paused["__interrupt__"][0].value["approvals"]
    assert "closed" not in paused
    done = await graph.ainvoke(Command(resume={"decisions": [form(pending)]}), CONFIG, context=AGENT)
    assert done["closed"] and "Done" in done["messages"][-1].content
    assert len(stage.refunds()) == 1


async def test_a_message_during_an_approval_in_a_larger_graph(stage: Stage) -> None:
    """In a larger graph, too, a message meanwhile is answered and the approval can still be given."""
    graph = larger(stage, builder(stage.deployment, output=State).compile(checkpointer=True))
    paused = await graph.ainvoke(asking(REFUND), CONFIG, context=ANNA)
    (pending,) = paused["__interrupt__"][0].value["approvals"]
    await graph.ainvoke(asking("What are your opening hours?"), CONFIG, context=ANNA)
    done = await graph.ainvoke(Command(resume={"decisions": [form(pending)]}), CONFIG, context=AGENT)
    assert len(stage.refunds()) == 1 and "Done" in done["messages"][-1].content


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ("openai:sk-SECRET", "a str is not"),
        (FakeListChatModel, "a class is not"),
        (FakeListChatModel(responses=["x"]).with_retry(), "a RunnableRetry is not"),
    ],
    ids=["name", "class", "wrapped"],
)
def test_what_is_no_chat_model_is_refused_with_what_to_give(
    loaded: Deployment, given: Any, told: str
) -> None:
    """A name, a class or a runnable is a mistake of who embeds the graph, told when it is built."""
    with pytest.raises(ConfigurationError, match=f"model: {told} a LangChain chat model") as refused:
        build_graph(loaded, model=given)
    assert "init_chat_model('openai:gpt-5-mini')" in refused.value.advice
    assert "SECRET" not in str(refused.value)
