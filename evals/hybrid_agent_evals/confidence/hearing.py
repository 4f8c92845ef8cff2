"""What the classifier and a model take each message for; a model's answers are kept, and asked for once."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from pydantic import ValidationError

from hybrid_agent.chat_model import Failure, ModelError
from hybrid_agent.deployment import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.frozen import Frozen
from hybrid_agent.reasoning.confidence import ModelReading
from hybrid_agent.reasoning.llm.reasoner import LlmReasoner
from hybrid_agent.reasoning.protocol import Reading, Utterance
from hybrid_agent_evals.confidence.data import Message

Tell = Callable[[str], None]

GIVE_UP = 3
"""After so many failures in a row no further message is asked about."""


class Heard(Frozen):
    """A model's answer: `requests` are the intents that it saw, in order; none where it saw no request.

    `failed` says why there is no answer that can be used. `model` and `prompt` are who was asked, and how.
    """

    text: str
    model: str
    prompt: str
    requests: tuple[ModelReading, ...] = ()
    failed: str | None = None

    @property
    def reading(self) -> ModelReading | None:
        """The first request, as the deployment takes it; None where the model saw no request."""
        return self.requests[0] if self.requests else None


async def ask_local(deployment: Deployment, messages: Sequence[Message]) -> list[Reading]:
    """The local reasoner's reading of each message; of its first request where it sees several."""
    now = deployment.clock()
    heard = [await deployment.reasoner.classify(Utterance(text=each.text, now=now)) for each in messages]
    return [each.readings[0] for each in heard]


async def ask_model(
    llm: LlmReasoner, deployment: Deployment, messages: Sequence[Message], name: str, kept: Path, tell: Tell
) -> dict[str, Heard]:
    """The model's answer to each message, by its text: from the file `kept`, or asked and added to it.

    Raises ModelError after several failures in a row; what was answered until then is kept.
    """
    prompt = llm.prompts["understand"].digest[:12]
    wanted = {each.text for each in messages}
    known = {text: each for text, each in read_kept(kept).items() if text in wanted}
    known = {text: each for text, each in known.items() if (each.model, each.prompt) == (name, prompt)}
    failures = 0
    for message in messages:
        if message.text in known:
            continue
        try:
            heard = await _asked(llm, deployment, message.text, name, prompt)
        except ModelError as error:
            failures += 1
            tell(f"{error} ({failures} in a row)")
            if failures == GIVE_UP:
                raise
            continue
        failures = 0
        known[message.text] = heard
        _keep(kept, heard)
        tell(f"{len(known)} of {len(messages)}")
    return known


def read_kept(path: Path) -> dict[str, Heard]:
    """The answers in a file by their message, the latest of each; none where there is no file.

    Raises ConfigurationError for a line that is none of them.
    """
    if not path.exists():
        return {}
    found = dict[str, Heard]()
    for number, line in enumerate(path.read_text("utf-8").splitlines(), 1):
        try:
            heard = Heard.model_validate_json(line)
        except ValidationError:
            advice = "Remove the line, or give another file with --opinions."
            raise ConfigurationError("is no answer", where=f"{path}:{number}", advice=advice) from None
        found[heard.text] = heard
    return found


def only_one_asked(heard: Mapping[str, Heard]) -> tuple[str, str]:
    """The model and the prompt that all answers come from. Raises ConfigurationError where they differ."""
    sources = {(each.model, each.prompt) for each in heard.values()}
    if len(sources) != 1:
        message = f"the answers come from {len(sources)} models and prompts, not from one"
        raise ConfigurationError(message, advice="Give a file of one run with --opinions.")
    return sources.pop()


async def _asked(llm: LlmReasoner, deployment: Deployment, text: str, name: str, prompt: str) -> Heard:
    """Raises ModelError where the model cannot be had; an answer that cannot be used is one."""
    try:
        told = await llm.read(Utterance(text=text, now=deployment.clock()))
    except ModelError as error:
        if error.kind is not Failure.UNUSABLE:
            raise
        return Heard(text=text, model=name, prompt=prompt, failed=error.kind)
    requests = tuple(_rounded(each.opinion) for each in told.parts)
    return Heard(text=text, model=name, prompt=prompt, requests=requests)


def _rounded(reading: ModelReading) -> ModelReading:
    spelled = None if reading.spelled is None else round(reading.spelled, 5)
    return ModelReading(intent=reading.intent, spelled=spelled)


def _keep(path: Path, heard: Heard) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(heard.model_dump(exclude_defaults=True), ensure_ascii=False) + "\n")
