"""What a case says against itself: nothing that is played could meet it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from hybrid_agent.state import Status
from hybrid_agent_evals.cases.turns import DECISIONS, told_and_not
from hybrid_agent_tools import Risk

if TYPE_CHECKING:
    from hybrid_agent_evals.cases.models import Case

NOTHING = "nothing"
"""Written for what is asked where no question is open."""


def contradictions(case: "Case") -> Iterator[str]:
    """What cannot be, in words, with what to do about it."""
    yield from _writes(case)
    yield from _both(case)
    yield from _endings(case)
    yield from _staff(case)
    yield from _faults(case)
    names = [article.name for article in case.articles or ()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        yield f"two articles are called {', '.join(twice)}; rename one"


def _writes(case: "Case") -> Iterator[str]:
    if not any(turn.heard for turn in case.turns):
        yield "nobody says anything; add a turn with customer"
    risky = any(write.risk is Risk.HIGH for write in case.expect.writes)
    if risky and not any(turn.grants for turn in case.turns):
        yield "a write of high risk is expected, but no turn approves it; add a turn with agent: approve"
    if risky and case.expect.way == "bot":
        yield "a write of high risk needs a person, but the way is bot; write way: approved"


def _both(case: "Case") -> Iterator[str]:
    expect = case.expect
    if expect.cites and expect.cites_nothing:
        yield "something is to be cited, and nothing is; leave out cites or cites_nothing"
    if both := sorted(set(expect.intents) & set(expect.not_intents)):
        yield f"{', '.join(both)} must and must not have been served; keep one of the two"
    if both := sorted(set(expect.reads) & set(expect.not_read)):
        yield f"{', '.join(both)} must and must not be read; keep one of the two"
    yield from told_and_not(expect.told, expect.not_told)
    asks = [turn.expect.asks for turn in case.turns if turn.expect and turn.expect.asks]
    questions = sum(each != NOTHING for each in asks)
    if expect.asked is not None and questions > expect.asked:
        yield f"the turns ask {questions} questions, but asked allows {expect.asked}; raise asked"


def _endings(case: "Case") -> Iterator[str]:
    expect, ran = case.expect, [turn for turn in case.turns if turn.heard]
    last = ran[-1].expect if ran else None
    if last and last.status and not set(last.status) & set(expect.status):
        yield f"the last turn ends {' or '.join(last.status)}, the case {' or '.join(expect.status)}"
    if expect.hand_off is None:
        return
    if expect.way is not None and expect.way != "handed_off":
        yield f"a hand-off is expected, but the way is {expect.way.value}; write way: handed_off"
    alone = len(ran) == 1 and not any(turn.agent for turn in case.turns)
    if alone and Status.HANDED_OFF not in expect.status:
        yield "a hand-off is expected, but not the status handed_off; add it to status"


def _staff(case: "Case") -> Iterator[str]:
    """Nobody can decide on what was never shown, and a decision is stale only beside a later one."""
    for place, turn in enumerate(case.turns):
        written = [each for each in case.turns[:place] if each.customer and each.chat == turn.chat]
        if turn.agent in DECISIONS and not written:
            yield f"turn {place + 1} decides before anybody wrote; begin with a customer's message"
        shown = [each for each in case.turns[:place] if each.heard and each.chat == turn.chat]
        if turn.stale and written and len(shown) < 2:
            yield f"turn {place + 1} is stale, but nothing else was shown since; leave out stale"


def _faults(case: "Case") -> Iterator[str]:
    broken = list[str]()
    for place, turn in enumerate(case.turns, 1):
        if turn.fault is not None:
            broken.append(turn.fault.of)
        if turn.mended is not None and not any(
            each == turn.mended or each.startswith(f"{turn.mended}.") for each in broken
        ):
            yield f"turn {place} mends {turn.mended}, which has no fault; begin one before it"
