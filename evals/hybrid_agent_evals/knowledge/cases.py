"""What speaks for an answer, question by question: as asked, without what answers, in small help centres."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from hybrid_agent.knowledge import Knowledge, Scope
from hybrid_agent.knowledge.answering.signals import Signals
from hybrid_agent_evals.knowledge.data import TODAY, Centre, Question

SMALL = (12, 60)
"""The fewest and the most articles of the small help centres that are drawn."""

SEED = 4


@dataclass(frozen=True, slots=True)
class Case:
    """A question to a help centre (`group`) that does or does not answer it.

    `question` keeps all cases of one question together. `made` is set where the articles that answer were
    taken out, or the centre was drawn: such cases are fitted on, and reported apart.
    """

    group: str
    question: str
    made: bool
    answerable: bool
    signals: Signals


def cases(centre: Centre, knowledge: Knowledge) -> Iterator[Case]:
    """All cases of a help centre; a question that nothing is found for is none."""
    everything = sorted({passage.article for passage in knowledge.passages})
    drawn = random.Random(SEED)  # noqa: S311 - the same draws every time
    for question in centre.questions:
        others = [article for article in everything if article not in question.articles]
        found = [(False, bool(question.articles), everything)]
        if question.articles:
            found.append((True, False, others))
        if len(everything) > SMALL[1]:
            few = drawn.sample(others, drawn.randint(*SMALL))
            found.append((True, False, few))
            if question.articles:
                found.append((True, True, [*few, *question.articles]))
        for made, answerable, articles in found:
            name = f"{centre.name}, small" if len(articles) <= SMALL[1] < len(everything) else centre.name
            yield from _case(name, question, made, answerable, knowledge, articles)


def _case(
    group: str,
    question: Question,
    made: bool,
    answerable: bool,
    knowledge: Knowledge,
    articles: Sequence[str],
) -> Iterator[Case]:
    scope = Scope(on=TODAY, articles=articles)
    found = knowledge.signals(question.text, scope)
    if found is not None:
        yield Case(group, question.text, made, answerable, found)
