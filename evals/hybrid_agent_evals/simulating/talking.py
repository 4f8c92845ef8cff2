"""How a persona writes: greeting, length, mood and typing around what there is to say."""

from dataclasses import dataclass
from random import Random

from hybrid_agent_evals.simulating.personas import Length, Persona, Temper
from hybrid_agent_evals.simulating.typos import mistyped
from hybrid_agent_evals.simulating.words import Habits


@dataclass(frozen=True, slots=True)
class Voice:
    """A persona's way of writing; the dice are its own, so that what it writes depends on nothing else."""

    persona: Persona
    habits: Habits
    random: Random

    def line(self, name: str, **values: str) -> str:
        """A line of one of the lists of habits, its places filled."""
        return str(self.random.choice(getattr(self.habits, name))).format(**values)

    def opens(self, text: str) -> str:
        """A first message: as short or as long as the persona writes."""
        persona = self.persona
        before, after = list[str](), list[str]()
        if persona.length is not Length.TERSE and self.random.random() < 0.6:
            before.append(self.line("greetings"))
        if persona.length is Length.CHATTY:
            (before if self.random.random() < 0.5 else after).append(self.line("stories"))
        if persona.temper is Temper.ANGRY:
            after.append(self.line("angry"))
        if persona.temper is Temper.POLITE:
            after.append(self.line("please"))
        return " ".join([*before, text, *after])

    def replies(self, text: str) -> str:
        """An answer, with what the persona says beside it."""
        more = self.persona.extra and self.random.random() < 0.5
        return f"{text}. {self.line('extras')}" if more else text

    def typed(self, text: str) -> str:
        """The text as it leaves the keyboard; what was asked for, such as numbers, is typed with care."""
        kept = tuple(
            said for goal in self.persona.goals for said in (*goal.words.values(), *goal.first.values())
        )
        typed = mistyped(text, self.persona.typos, self.random, tuple(each for each in kept if each in text))
        return typed if self.persona.capitals else _small(typed, kept)


def _small(text: str, kept: tuple[str, ...]) -> str:
    small = text.lower()
    for each in kept:
        place = small.find(each.lower()) if each else -1
        if place >= 0 and len(small) == len(text):
            small = small[:place] + each + small[place + len(each) :]
    return small
