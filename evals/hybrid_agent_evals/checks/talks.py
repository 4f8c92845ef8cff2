"""The chats of what was played: whose each is, and what went before in it."""

from collections.abc import Iterator, Sequence

from hybrid_agent.guardrails.claims import Claim, claims, claims_of
from hybrid_agent.state import QuestionKind
from hybrid_agent_evals.playing.record import Played, PlayedTurn

Placed = tuple[int, PlayedTurn]
"""A turn with its place in what was played, from 0."""


def chats(played: Played) -> list[str]:
    """The names of the chats, in the order in which they began."""
    return list(dict.fromkeys(turn.chat for turn in played.turns if turn.by in ("customer", "staff")))


def turns_in(played: Played, chat: str, until: int | None = None) -> Iterator[Placed]:
    """The turns of a chat in which somebody acted, to the one at `until` at most."""
    for place, turn in enumerate(played.turns):
        if turn.chat == chat and turn.by in ("customer", "staff") and (until is None or place <= until):
            yield place, turn


def chat_at(played: Played, place: int) -> str | None:
    """The chat of a turn; None for one that failed before it was over."""
    return played.turns[place].chat if place < len(played.turns) else None


def owner_of(played: Played, chat: str) -> str | None:
    """The first customer who wrote in a chat signed in: whose it is from then on."""
    return next((turn.customer for _, turn in turns_in(played, chat) if turn.customer), None)


def is_strange(played: Played, turn: PlayedTurn) -> bool:
    """Whether it is written by another than the chat's customer."""
    owner = owner_of(played, turn.chat)
    return turn.by == "customer" and owner is not None and turn.customer != owner


def said_before(played: Played, place: int) -> str:
    """What people wrote in a turn's chat until then, that turn's own words included."""
    chat = played.turns[place].chat
    return "\n".join(turn.said for _, turn in turns_in(played, chat, place))


def yeses(played: Played, chat: str, until: int) -> int:
    """How often the customer answered a question for their yes, and not with a no where the case says so."""
    earlier: PlayedTurn | None = None
    counted = 0
    for _, turn in turns_in(played, chat, until):
        asked = (
            earlier is not None and earlier.asked is not None and earlier.asked.kind is QuestionKind.CONFIRM
        )
        counted += (
            asked and turn.by == "customer" and turn.means is not False and not is_strange(played, turn)
        )
        earlier = turn
    return counted


def granted(played: Played, chat: str, operation: str, until: int) -> bool:
    """Whether staff let an operation be done that they had been shown; with notices it did not count."""
    shown = False
    for _, turn in turns_in(played, chat, until):
        if shown and turn.deed in ("approve", "edit") and not turn.notices:
            return True
        shown = shown or any(each.operation == operation for each in turn.pending)
    return False


def known_claims(played: Played, place: int) -> frozenset[Claim]:
    """Everything checkable that a reply may say: evidence, the catalog's words, people's, what is offered."""
    turn = played.turns[place]
    options = turn.asked.options if turn.asked else ()
    texts = [
        *(text for each in turn.grounds for text in (each.title, each.text)),
        *turn.wording,
        *(each.summary for each in turn.pending),
        said_before(played, place),
    ]
    data = [
        *(each.data for each in turn.grounds),
        *(dict(each.slots) for each in turn.served),
        *(dict(each.arguments) for each in turn.pending),
        [*options, *range(1, len(options) + 1)],
    ]
    return frozenset[Claim]().union(*map(claims, texts), *map(claims_of, data))


def fruitless_runs(turns: Sequence[PlayedTurn]) -> Iterator[list[PlayedTurn]]:
    """Questions after each other with nothing learnt between them: a run for each first question."""
    run: list[PlayedTurn] = []
    for turn in turns:
        if turn.asked is None:
            yield run
            run = []
        elif run and _learnt(run[-1], turn):
            yield run
            run = [turn]
        else:
            run = [*run, turn]
    yield run


def _learnt(before: PlayedTurn, after: PlayedTurn) -> bool:
    told = {served.intent: served.slots for served in before.served}
    return (
        len(after.served) != len(before.served)
        or any(told.get(served.intent) != served.slots for served in after.served)
        or len(after.grounds) > len(before.grounds)
    )
