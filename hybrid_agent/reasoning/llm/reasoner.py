"""The reasoner on a language model: it reads, chooses and phrases; what it says is held to its sources."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import ChatModel, Failure, ModelError
from hybrid_agent.reasoning.answering import answer_to
from hybrid_agent.reasoning.answers import AnswerKind
from hybrid_agent.reasoning.calibration import Calibration
from hybrid_agent.reasoning.confidence import confidence, opinions
from hybrid_agent.reasoning.extracting import recognised
from hybrid_agent.reasoning.llm.composing import compose_reply
from hybrid_agent.reasoning.llm.planning import choose_reads
from hybrid_agent.reasoning.llm.understanding import Part, Told, read_message
from hybrid_agent.reasoning.llm.veil import Personal
from hybrid_agent.reasoning.protocol import Brief, Choice, Reading, Understanding, Utterance, Wanted
from hybrid_agent.reasoning.signals import read_signals
from hybrid_agent.redaction.redactor import Redactor
from hybrid_agent.state import Sentence, SlotValue
from hybrid_agent_prompts import Prompt
from hybrid_agent_tools import Operation


@dataclass(frozen=True, slots=True)
class LlmReasoner:
    """Understands and phrases by a chat model. Every method but `extract` may raise ModelError.

    `prompts` are by name; `operations` are those of the toolbox, `personal` is what of them is masked.
    """

    catalog: Catalog
    model: ChatModel
    prompts: Mapping[str, Prompt]
    operations: Mapping[str, Operation]
    personal: Personal
    calibration: Calibration = field(repr=False)

    async def classify(self, utterance: Utterance) -> Understanding:
        """The intents with their slots in one call; confidence by calibration, never by the model's word.

        No call for a plain yes or no to an open question: its words say it.
        """
        plain = answer_to(utterance)
        if utterance.question is not None and plain is not AnswerKind.UNCLEAR:
            signals = read_signals(utterance.text, utterance.earlier)
            return Understanding(readings=(), answer=plain, signals=signals, slots={})
        told = await self.read(utterance)
        if utterance.question is None and not told.parts:
            raise ModelError(Failure.UNUSABLE, f"{self.model.name} saw no request in a message")
        return self.understood(told, utterance)

    async def read(self, utterance: Utterance) -> Told:
        """What the model says of a message, without a judgement on how sure that is."""
        prompt = self.prompts["understand"]
        return await read_message(utterance, self.model, prompt, self.catalog, self.personal)

    def understood(self, told: Told, utterance: Utterance) -> Understanding:
        """What a model told, with the confidence that it deserves by itself."""
        return Understanding(
            readings=tuple(self.reading(part) for part in told.parts),
            answer=told.answer,
            signals=told.signals,
            slots=told.slots,
            opinions=tuple(
                each for part in told.parts for each in opinions(None, part.opinion, self.calibration)
            ),
        )

    def reading(self, part: Part) -> Reading:
        """A request as the model sees it, with the confidence that its opinion deserves by itself."""
        sure = confidence(part.opinion.intent, None, part.opinion, self.calibration)
        ranked = ((part.opinion.intent, sure),) if part.opinion.intent else ()
        return Reading(
            intent=part.opinion.intent, confidence=sure, text=part.text, ranked=ranked, slots=part.slots
        )

    async def extract(self, utterance: Utterance, wanted: Wanted) -> Mapping[str, SlotValue]:
        """What the typed recognisers find; what the model finds came with `classify`."""
        return recognised(utterance, wanted, self.catalog)

    async def plan(self, choice: Choice) -> Sequence[str]:
        """The reads that the model calls as tools."""
        prompt = self.prompts["plan"]
        return await choose_reads(choice, self.model, prompt, self.catalog, self.operations, self.personal)

    def compose(self, brief: Brief) -> AsyncGenerator[Sentence, None]:
        """The points in the model's words, a sentence at a time."""
        return compose_reply(brief, self.model, self.prompts["compose"], self.catalog, self.personal)


def llm_reasoner(
    catalog: Catalog,
    model: ChatModel,
    prompts: Mapping[str, Prompt],
    operations: Mapping[str, Operation],
    calibration: Calibration,
    redactor: Redactor,
) -> LlmReasoner:
    """The reasoner on a chat model."""
    fields = {name: operation.personal_fields() for name, operation in operations.items()}
    personal = Personal(fields, redactor)
    return LlmReasoner(catalog, model, prompts, operations, personal, calibration)
