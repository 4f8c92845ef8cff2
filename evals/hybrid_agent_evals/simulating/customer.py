"""A persona at the keyboard: the next turn of the conversation after all that was seen of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from hybrid_agent.catalog import Catalog
from hybrid_agent.catalog.phrasing import show
from hybrid_agent.reasoning.hints import hints_for
from hybrid_agent.slots import find
from hybrid_agent.state import QuestionKind, Status
from hybrid_agent_evals.cases.turns import Turn
from hybrid_agent_evals.playing.record import Asked, PlayedTurn
from hybrid_agent_evals.simulating.answers import corrected, meant, nearest, proposed, title_in, value_for
from hybrid_agent_evals.simulating.clerk import decisions
from hybrid_agent_evals.simulating.personas import Goal, Leaving, Mind, Persona
from hybrid_agent_evals.simulating.talking import Voice
from hybrid_agent_evals.simulating.values import plain_data


class Deed(StrEnum):
    """What a persona did that explains how a conversation ended."""

    DECLINED = "declined"
    WITHDREW = "withdrew"
    DID_NOT_KNOW = "did_not_know"
    TOOK_PERSON = "took_person"
    ASKED_FOR_PERSON = "asked_for_person"
    GOT_ANGRY = "got_angry"
    LEFT = "left"
    CORRECTED = "corrected"
    REPHRASED = "rephrased"
    WRONG_PROPOSAL = "wrong_proposal"
    INSISTED = "insisted"


MOST_TURNS = 40
MOST_REPHRASED = 2


@dataclass(slots=True)
class Customer:
    """A persona in a conversation: what it has written and done, and what staff are about to do."""

    persona: Persona
    catalog: Catalog
    voice: Voice
    now: datetime
    turns: list[Turn] = field(default_factory=list)
    deeds: dict[Deed, int] = field(default_factory=dict)
    opened: int = 0
    given: set[str] = field(default_factory=set)
    agreed: set[str] = field(default_factory=set)
    staff: Iterator[Turn] | None = None
    over: bool = False

    async def next_turn(self, done: Sequence[PlayedTurn]) -> Turn | None:
        """The driver of `play_with`."""
        turn = None if self.over or len(done) >= MOST_TURNS else self._next(done)
        if turn is not None:
            self.turns.append(turn)
        return turn

    @property
    def goals(self) -> Sequence[Goal]:
        """Those that have been said, the latest first."""
        return self.persona.goals[: self.opened][::-1]

    def did(self, deed: Deed) -> bool:
        """Whether the persona did this."""
        return deed in self.deeds

    def _do(self, deed: Deed) -> None:
        self.deeds[deed] = self.deeds.get(deed, 0) + 1

    def _next(self, done: Sequence[PlayedTurn]) -> Turn | None:
        last = next((turn for turn in reversed(done) if turn.status is not None), None)
        if last is None:
            return self._first(done)
        if last.status is Status.HANDED_OFF:
            return None
        if last.pending:
            return self._waiting(last)
        self.staff = None
        written = sum(turn.customer is not None for turn in self.turns)
        if written >= self.persona.patience and (last.asked or not self._understood(done)):
            return self._had_enough()
        return self._answer(done, last, last.asked) if last.asked else self._on(done, last)

    def _say(self, text: str, means: bool | None = None) -> Turn:
        return Turn(customer=self.voice.typed(text), means=means)

    def _first(self, done: Sequence[PlayedTurn]) -> Turn:
        persona = self.persona
        if persona.language and not done:
            return Turn(customer=self.voice.random.choice(self.voice.habits.foreign[persona.language]))
        return self._open()

    def _open(self) -> Turn:
        goals = self.persona.goals
        self.opened += len(goals) if self.persona.together else 1
        goal = goals[self.opened - 1]
        text = goal.openings[0]
        self.given |= {slot for slot, said in goal.first.items() if said in text}
        if self.persona.together:
            text = self.voice.line("joined", text=goals[0].openings[0], other=text)
        return self._say(self.voice.opens(text))

    # ----- A question is open -----

    def _answer(self, done: Sequence[PlayedTurn], last: PlayedTurn, asked: Asked) -> Turn | None:
        if self.opened == 0:
            return self._open()
        match asked.kind:
            case QuestionKind.SLOT:
                return self._value(done, asked)
            case QuestionKind.CONFIRM:
                return self._decide(last)
            case QuestionKind.INTENT:
                return self._which(done, asked)
            case QuestionKind.TOPIC:
                return self._say(nearest(self.goals, asked))
            case QuestionKind.PERSON:
                return self._person()

    def _value(self, done: Sequence[PlayedTurn], asked: Asked) -> Turn | None:
        goal = meant(self.goals, asked, self.catalog)
        if goal is None or goal.intent in self.agreed:
            return self._again(done) if self._unheard(done) else self._say(self.voice.line("drops"))
        said = value_for(goal, asked, self.voice, self.given)
        if said is not None:
            return self._say(self.voice.replies(said))
        self._do(Deed.DID_NOT_KNOW)
        return (
            self._had_enough() if self.deeds[Deed.DID_NOT_KNOW] > 2 else self._say(self.voice.line("unknown"))
        )

    def _decide(self, last: PlayedTurn) -> Turn | None:
        goal = proposed(self.goals, last.reply, self.catalog)
        if goal is None:
            self._do(Deed.WRONG_PROPOSAL)
            return self._say(self.voice.line("declines"), means=False)
        if wrong := self._misread(goal, last.reply):
            return wrong
        if goal.intent in self.agreed:
            self._do(Deed.WRONG_PROPOSAL)
            return self._say(self.voice.line("declines"), means=False)
        if self.persona.mind is Mind.BEFORE_YES:
            self._do(Deed.DECLINED)
            return self._say(self.voice.line("declines"), means=False)
        self.agreed.add(goal.intent)
        return self._say(self.voice.line("agrees"), means=True)

    def _which(self, done: Sequence[PlayedTurn], asked: Asked) -> Turn | None:
        offered = title_in(self.goals, asked, self.catalog)
        return self._say(offered[1]) if offered else self._again(done)

    def _person(self) -> Turn:
        if self.persona.leaving is Leaving.LEAVES and not self.did(Deed.REPHRASED):
            self._do(Deed.REPHRASED)
            return self._say(self.voice.line("declines"))
        self._do(Deed.TOOK_PERSON)
        return self._say(self.voice.line("agrees"))

    # ----- Nothing is asked -----

    def _on(self, done: Sequence[PlayedTurn], last: PlayedTurn) -> Turn | None:
        if self.opened == 0:
            return self._open()
        if self._over_with(Deed.DECLINED, Deed.WITHDREW):
            return self._farewell()
        if not self._understood(done):
            return self._again(done)
        if wrong := next((each for goal in self.goals if (each := self._misread(goal, last.reply))), None):
            return wrong
        if self.opened < len(self.persona.goals):
            return self._open()
        return self._farewell()

    def _over_with(self, *deeds: Deed) -> bool:
        """Whether the persona did one of these and has nothing else to want."""
        return any(map(self.did, deeds)) and self.opened == len(self.persona.goals)

    def _understood(self, done: Sequence[PlayedTurn]) -> bool:
        """Whether the app showed that the bot took the messages for what they were, at least once."""
        return not self._unheard(done)

    def _unheard(self, done: Sequence[PlayedTurn]) -> list[Goal]:
        heard = {intent for turn in done for intent in turn.intents}
        return [goal for goal in self.goals if goal.intent not in heard]

    def _again(self, done: Sequence[PlayedTurn]) -> Turn | None:
        self._do(Deed.REPHRASED)
        times = self.deeds[Deed.REPHRASED]
        if times > MOST_REPHRASED:
            return self._had_enough()
        goal = (self._unheard(done) or self.goals)[0]
        text = corrected(goal, goal.openings[times % len(goal.openings)], self.given)
        return self._say(self.voice.line("not_that", text=text))

    def _misread(self, goal: Goal, reply: str) -> Turn | None:
        """A correction, where the reply is about another number than the one that is meant."""
        for slot in goal.sure:
            said, named = goal.words.get(slot), self._named(slot, reply)
            if (
                said
                and named
                and show(goal.values[slot]) not in named
                and self.deeds.get(Deed.CORRECTED, 0) < 2
            ):
                self._do(Deed.CORRECTED)
                self.given.add(slot)
                return self._say(self.voice.line("corrections", text=self._labelled(slot, said)))
        return None

    def _labelled(self, slot: str, said: str) -> str:
        labels = self.catalog.slots[slot].labels
        return f"{labels[0]} {said}" if labels else said

    def _named(self, slot: str, reply: str) -> set[str]:
        given = self.catalog.slots[slot]
        hints = hints_for(given, self.catalog, self.now)
        return {show(plain_data(each.value)) for each in find(given.kind, reply, hints)}

    def _farewell(self) -> Turn | None:
        self.over = True
        if self.persona.mind is Mind.AFTER_YES:
            return self._say(self.voice.line("regrets"))
        return self._say(self.voice.line("goodbye")) if self.voice.random.random() < 0.3 else None

    def _had_enough(self) -> Turn | None:
        self.over = True
        match self.persona.leaving:
            case Leaving.LEAVES:
                self._do(Deed.LEFT)
                return None
            case Leaving.GETS_ANGRY:
                self._do(Deed.GOT_ANGRY)
                return self._say(self.voice.line("furious"))
            case Leaving.ASKS_FOR_PERSON:
                self._do(Deed.ASKED_FOR_PERSON)
                return self._say(self.voice.line("person"))

    # ----- An approval is pending -----

    def _waiting(self, last: PlayedTurn) -> Turn | None:
        if self.staff is None:
            self.staff = self._meanwhile(last)
        return next(self.staff, None)

    def _meanwhile(self, last: PlayedTurn) -> Iterator[Turn]:
        if self.persona.asks_meanwhile:
            yield self._say(self.voice.line("news"))
        if self.persona.mind is Mind.WHILE_PENDING:
            self._do(Deed.WITHDREW)
            yield self._say(self.voice.line("withdraws"), means=False)
            self._do(Deed.INSISTED)
            yield Turn(customer=self.voice.habits.declines[0], means=False)
        yield from decisions(self.persona.clerk, last.pending, self.catalog, self.voice.habits.clerk)
        yield self._say(self.voice.line("news"))
