"""One tiny question, to see whether a model is there and in which form it answers."""

import hashlib
from typing import Final, Literal

from pydantic import BaseModel, Field

from hybrid_agent.chat_model.asking import ask
from hybrid_agent.chat_model.errors import Failure, ModelError
from hybrid_agent.chat_model.model import ChatModel
from hybrid_agent.errors import ConfigurationError
from hybrid_agent_prompts import Filled

_SYSTEM: Final = "You are asked whether you can answer in a given form."
_USER: Final = 'Answer with the state "ready".'

_ADVICE: Final = {
    Failure.UNREACHABLE: "Check that the server runs and that base_url is its address, with /v1 at the end.",
    Failure.UNAUTHORISED: "Check the key that api_key_env names: without it none goes to a base_url.",
    Failure.UNKNOWN_MODEL: "Check the name after the colon, and that base_url ends in /v1 and nothing more.",
    Failure.RATE_LIMITED: "Check the account's quota, or try again in a minute.",
    Failure.TIMED_OUT: "Raise timeout, or take a smaller model.",
    Failure.OVERFLOW: "Take a model with a longer context.",
    Failure.UNSUPPORTED: "Check temperature and options: the model refuses one of them.",
    Failure.UNUSABLE: "Take a model that can follow an instruction to answer as JSON.",
    Failure.OVER_BUDGET: "Raise budget.",
    Failure.PAUSED: "Try again once it is reachable.",
}


class Readiness(BaseModel):
    """Whether you can answer in this form."""

    state: Literal["ready"] = Field(description='The word "ready".')


async def probe(model: ChatModel) -> list[str]:
    """What a start check says of a model that answers: its name and the form that works.

    Raises ConfigurationError with advice for a wrong key, a server that is not there, a model that the
    server does not know, and a model that answers in no form.
    """
    digest = hashlib.sha256(f"{_SYSTEM}{_USER}".encode()).hexdigest()
    try:
        asked = await ask(model, Filled("probe", digest, _SYSTEM, _USER), Readiness, purpose="probe")
    except ModelError as error:
        raise ConfigurationError(error.message, where="model", advice=_ADVICE[error.kind]) from None
    refused = [f"{model.name} refuses {each}" for each in sorted(model.memory.refused)]
    return [f"{model.name} answers, in structures by {asked.form}", *refused]
