"""The chat's addresses."""

from hybrid_agent.serving.chat import conversations as chats
from hybrid_agent.serving.chat import entering, following, turns
from hybrid_agent.serving.chat.bodies import (
    Listed,
    NewMessage,
    Opened,
    PersonWanted,
    Rating,
    Sample,
    Token,
    Transcript,
)
from hybrid_agent.serving.routing import Access, Page

_ALL, _ONE = "/chat/conversations", "/chat/conversations/{id}"

PAGES = (
    Page("GET", "/chat", Access.EVERYBODY, entering.page, "The customer's chat page", framed=True),
    Page(
        "GET", "/chat/embed.js", Access.EVERYBODY, entering.embed, "The chat for a shop's page", framed=True
    ),
    Page(
        "POST",
        "/chat/visit",
        Access.EVERYBODY,
        entering.visit,
        "A token for somebody whom the shop does not know",
        json=True,
        answers=Token,
        status=201,
    ),
    Page(
        "POST",
        "/chat/sample",
        Access.EVERYBODY,
        entering.sample,
        "A token of a sample customer, in a demonstration",
        json=True,
        reads=Sample,
        answers=Token,
        status=201,
    ),
    Page(
        "POST",
        _ALL,
        Access.VISITOR,
        chats.begin,
        "Begin a conversation",
        json=True,
        answers=Opened,
        status=201,
    ),
    Page("GET", _ALL, Access.VISITOR, chats.listing, "One's conversations", json=True, answers=Listed),
    Page(
        "GET",
        f"{_ONE}/messages",
        Access.VISITOR,
        chats.transcript,
        "What was said, and how the conversation stands",
        json=True,
        answers=Transcript,
    ),
    Page(
        "POST",
        f"{_ONE}/messages",
        Access.VISITOR,
        turns.send,
        "Send a message; the reply comes as a stream",
        json=True,
        reads=NewMessage,
        streams="text/event-stream",
    ),
    Page(
        "POST",
        f"{_ONE}/person",
        Access.VISITOR,
        turns.want_person,
        "Ask for a person; the reply comes as a stream",
        json=True,
        reads=PersonWanted,
        streams="text/event-stream",
    ),
    Page(
        "GET",
        f"{_ONE}/events",
        Access.VISITOR,
        following.follow,
        "Messages and changes as they come, as a stream",
        json=True,
        streams="text/event-stream",
    ),
    Page(
        "POST",
        f"{_ONE}/rating",
        Access.VISITOR,
        chats.rate,
        "Say how the service was",
        json=True,
        reads=Rating,
        status=204,
    ),
)
