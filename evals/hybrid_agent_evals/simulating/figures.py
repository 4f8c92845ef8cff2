"""What many conversations say together: by intent and by trait of the customer, with intervals."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from hybrid_agent_evals.simulating.conversing import Simulated
from hybrid_agent_evals.simulating.endings import Ending, How
from hybrid_agent_evals.suite.statistics import wilson


@dataclass(frozen=True, slots=True)
class Group:
    """Conversations that have something in common. `goals` are what their customers wanted, by how it ended.

    `expected` of them ended as they must or for a reason of the customer's own; `questions` and `messages`
    are of all conversations together, `broken` are the conversations with a violation.
    """

    name: str
    conversations: int
    goals: int
    ended: Counter[How]
    expected: int
    questions: int
    messages: int
    broken: int

    @property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the share that ended as it must."""
        return wilson(self.expected, self.goals)


def by_intent(conversations: Sequence[Simulated]) -> list[Group]:
    """A group for each intent that was wanted; a conversation with two goals is in both."""
    names = sorted({ending.intent for each in conversations for ending in each.endings})
    return [_intent(name, conversations) for name in names]


def by_trait(conversations: Sequence[Simulated]) -> Iterator[tuple[str, list[Group]]]:
    """For each trait, a group for each of its values that occurs."""
    traits = conversations[0].persona.traits if conversations else {}
    for trait in traits:
        values = sorted({each.persona.traits[trait] for each in conversations})
        yield (
            trait,
            [
                group(value, [each for each in conversations if each.persona.traits[trait] == value])
                for value in values
            ],
        )


def group(name: str, conversations: Sequence[Simulated]) -> Group:
    """All goals of these conversations."""
    return _group(name, conversations, [ending for each in conversations for ending in each.endings])


def _intent(name: str, conversations: Iterable[Simulated]) -> Group:
    own = [each for each in conversations if any(ending.intent == name for ending in each.endings)]
    return _group(name, own, [ending for each in own for ending in each.endings if ending.intent == name])


def _group(name: str, conversations: Sequence[Simulated], endings: Sequence[Ending]) -> Group:
    return Group(
        name=name,
        conversations=len(conversations),
        goals=len(endings),
        ended=Counter(ending.how for ending in endings),
        expected=sum(ending.explained for ending in endings),
        questions=sum(each.questions for each in conversations),
        messages=sum(each.messages for each in conversations),
        broken=sum(each.broken for each in conversations),
    )
