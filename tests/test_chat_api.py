"""The chat's addresses: conversations are their customer's, and nothing said is lost or doubled."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from datetime import timedelta

import pytest
import pytest_asyncio
from chat_kit import SAMPLE, Chat, begun, said, serve_chat, told
from graph_kit import AGENT, REFUND, open_stage
from langgraph.checkpoint.memory import InMemorySaver

from hybrid_agent import Deployment, voice
from hybrid_agent.reasoning.signals import asking_for_a_person, read_signals
from hybrid_agent.serving.chat.pages import PAGES
from hybrid_agent.serving.chat.showing import sources
from hybrid_agent.serving.live import Sent, event_stream
from hybrid_agent.serving.routing import Access

pytest_plugins = ["graph_fixtures"]

ORDER = "where is my order 1001?"


pytestmark = pytest.mark.asyncio(loop_scope="module")

OF_ONE = [each for each in PAGES if "{id}" in each.path]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def chat(loaded: Deployment, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Chat]:
    """One site for these tests; each has conversations of its own."""
    stage = await open_stage(loaded, tmp_path_factory.mktemp("chat"), InMemorySaver())
    async with serve_chat(stage) as serving:
        yield serving
    await stage.aclose()


async def test_a_reply_comes_in_pieces_and_then_whole(chat: Chat) -> None:
    """The pieces are the reply; the turn has its sources, and nothing of what staff see."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        *pieces, (name, turn, _) = await said(client, thread, ORDER)
        transcript = (await client.get(f"/chat/conversations/{thread}/messages")).json()
    assert name == "turn"
    assert "".join(data["text"] for _, data, _ in pieces) == turn["reply"]["text"]
    assert set(turn) == {"status", "reply", "options", "standing"}
    assert [(each["by"], each["text"]) for each in transcript["messages"]] == [
        ("customer", ORDER),
        ("bot", turn["reply"]["text"]),
    ]
    assert transcript["messages"][1]["sources"] == turn["reply"]["sources"] != []


async def test_what_waits_for_a_person_is_told_with_its_time(chat: Chat) -> None:
    """While somebody decides the customer reads what about and until when."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        turn = (await said(client, thread, REFUND))[-1][1]
    [pending] = turn["standing"]["pending"]
    assert "refund" in pending["what"]
    assert pending["until"] > chat.stage.clock().isoformat()


async def test_an_open_question_has_its_answers_to_tap(chat: Chat) -> None:
    """The options of a question are words that are read as exactly that answer."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        turn = (await said(client, thread, "I want to cancel order 1001"))[-1][1]
        while turn["options"] and turn["options"] != ["Yes", "No"]:
            turn = (await said(client, thread, turn["options"][0], f"tap-{turn['options'][0][:20]}"))[-1][1]
        assert turn["options"] == ["Yes", "No"]
        assert (await said(client, thread, "No", "message-9"))[-1][1]["options"] == []
    assert chat.stage.writes() == []


@pytest.mark.parametrize(
    "page", [each for each in PAGES if "{id}" in each.path], ids=lambda page: page.summary
)
async def test_nobody_elses_conversation_is_there(chat: Chat, page: object) -> None:
    """To another customer, and to a visitor, a conversation that is not theirs does not exist."""
    assert page.access is Access.VISITOR
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
    async with chat.client(None) as nobody:
        visitor = (await nobody.post("/chat/visit")).json()["token"]
    before = len(chat.threads.sent)
    for token in (chat.token("C-1002"), visitor):
        async with chat.client(token) as stranger:
            path = page.path.replace("{id}", thread)
            body = {"id": "message-1", "text": "hello", "score": 5}
            wanted = page.reads.model_fields if page.reads else {}
            json = {name: value for name, value in body.items() if name in wanted} or None
            answer = await stranger.request(page.method, path, json=json)
            assert answer.status_code == 404
            assert (await stranger.get("/chat/conversations")).json() == {"conversations": []}
    assert len(chat.threads.sent) == before


async def test_a_visitor_has_conversations_of_their_own(chat: Chat) -> None:
    """Somebody whom the shop does not know gets a token, and is served as somebody who is not signed in."""
    async with chat.client(None) as nobody:
        visit = await nobody.post("/chat/visit")
        assert (await nobody.post("/chat/conversations")).status_code == 401
    assert visit.status_code == 201
    async with chat.client(visit.json()["token"]) as visitor:
        thread = await begun(visitor)
        turn = (await said(visitor, thread, ORDER))[-1][1]
        assert "sign in" in turn["reply"]["text"]
        [listed] = (await visitor.get("/chat/conversations")).json()["conversations"]
        assert listed["id"] == thread


async def test_a_reader_who_comes_again_gets_what_was_missed_once(chat: Chat) -> None:
    """After the last event that it had, a stream tells each message exactly once, whoever says it."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        await said(client, thread, ORDER)
        messages = (await client.get(f"/chat/conversations/{thread}/messages")).json()["messages"]
        await voice.say(chat.stage.deployment, thread, "missed", AGENT, mark="m1")
        headers = {"Last-Event-ID": str(messages[0]["id"])}
        async with (
            asyncio.timeout(10),
            client.stream("GET", f"/chat/conversations/{thread}/events", headers=headers) as stream,
            aclosing(told(stream)) as events,
        ):
            seen = [await anext(events) for _ in range(4)]
            await voice.say(chat.stage.deployment, thread, "live", AGENT, mark="m2")
            while len(seen) < 7 and not (seen[-1][0] == "message" and seen[-1][1]["text"] == "live"):
                seen.append(await anext(events))
    texts = [data["text"] for name, data, _ in seen if name == "message"]
    assert texts[0] == messages[1]["text"]
    assert texts[-2:] == ["missed", "live"]
    assert len(texts) == len(set(texts)) == 4
    [standing, *_] = [data for name, data, _ in seen if name == "standing"]
    assert standing["speaker"] == "person"


async def test_a_message_sent_again_is_the_same_message(chat: Chat) -> None:
    """What could not be sent may be sent again under its id; it is heard and answered once."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        chat.threads.down = True
        [(name, data, _)] = await said(client, thread, ORDER)
        assert (name, "again" in data["message"]) == ("failed", True)
        chat.threads.down = False
        await said(client, thread, ORDER)
        await said(client, thread, ORDER)
        transcript = (await client.get(f"/chat/conversations/{thread}/messages")).json()
    assert [each["by"] for each in transcript["messages"]] == ["customer", "bot"]


async def test_the_button_for_a_person_brings_one(chat: Chat) -> None:
    """It opens a hand-off, whatever the conversation was about, and says so."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        await said(client, thread, "I want to cancel order 1001")
        path = f"/chat/conversations/{thread}/person"
        async with client.stream("POST", path, json={"id": "wanted-1"}) as stream:
            turn = [each async for each in told(stream)][-1][1]
    assert turn["status"] == "handed_off"
    assert turn["standing"]["waiting"]
    [hand_off] = await chat.stage.handed_off(thread)
    assert hand_off.reasons == ("asked_for_person",)


@pytest.mark.parametrize("language", ["en", "de", "fr", "es", "nl", "fi"])
async def test_the_words_of_that_button_are_understood(language: str) -> None:
    """In every language the sentence is read as the wish for a person and as nothing else."""
    signals = read_signals(asking_for_a_person(language))
    assert signals.wants_person
    assert not (signals.anger or signals.insult or signals.threat)


async def test_the_last_rating_counts_and_its_words_are_masked(chat: Chat) -> None:
    """Ratings are events, at any time; what is personal in a comment is not kept."""
    async with chat.client(chat.token()) as client:
        thread = await begun(client)
        path = f"/chat/conversations/{thread}/rating"
        assert (await client.post(path, json={"score": 2})).status_code == 204
        chat.stage.clock.turn(seconds=1)
        rating = {"score": 5, "comment": "thanks, write to anna@example.com"}
        assert (await client.post(path, json=rating)).status_code == 204
        assert (await client.post(path, json={"score": 6})).status_code == 422
    rated = [each.event.data for each in await chat.stage.happened(thread) if each.event.kind == "rated"]
    assert rated == [{"score": 2, "comment": ""}, {"score": 5, "comment": "thanks, write to [email]"}]


async def test_only_web_addresses_become_links() -> None:
    """A source with any other address is shown without one."""
    cited = [
        {"number": number, "title": "t", "url": url}
        for number, url in enumerate(
            ["https://a.example/x", "javascript:alert(1)", "file:///etc", "http://[", None]
        )
    ]
    assert [each.url for each in sources(cited)] == ["https://a.example/x", None, None, None, None]


async def test_a_stream_ends_when_its_reader_may_not_read_any_more() -> None:
    """Whether a token still counts is asked while the stream is silent, too."""

    async def silent() -> AsyncIterator[Sent]:
        await asyncio.sleep(60)
        yield Sent("never")

    counts = [True, False]

    async def allowed() -> bool:
        return counts.pop(0)

    response = event_stream(silent(), allowed=allowed, heartbeat=0.01)  # type: ignore[arg-type]
    lines = [bytes(each) async for each in response.body_iterator]  # type: ignore[arg-type]
    assert lines[1:] == [b": still here\n\n", Sent("forbidden").encoded]


async def test_samples_are_for_demonstrations(chat: Chat) -> None:
    """A sample customer's token is given in a demonstration, for the customers that its settings name."""
    async with chat.client(None) as client:
        assert (await client.post("/chat/sample", json={"customer": SAMPLE})).status_code == 404
    async with serve_chat(chat.stage, demo=True) as demo, demo.client(None) as client:
        assert (await client.post("/chat/sample", json={"customer": "C-1002"})).status_code == 404
        given = await client.post("/chat/sample", json={"customer": SAMPLE})
        async with demo.client(given.json()["token"]) as anna:
            assert (await anna.get("/chat/conversations")).status_code == 200


async def test_an_expired_token_is_told_from_none(chat: Chat) -> None:
    """A program reads that its token has ended, and knows to fetch another."""
    long_ago = chat.stage.clock() - timedelta(hours=2)
    async with chat.client(chat.token(iat=long_ago, exp=long_ago + timedelta(minutes=5))) as client:
        answer = await client.get("/chat/conversations")
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]
