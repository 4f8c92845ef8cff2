"""Giving a deployment a language model to understand and phrase with."""

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final, Literal

from hybrid_agent.chat_model import ChatModel, chat_model
from hybrid_agent.deployment import Deployment
from hybrid_agent.errors import ConfigurationError
from hybrid_agent.reasoning.backed import Backed
from hybrid_agent.reasoning.calibration import default_calibration, load_calibration
from hybrid_agent.reasoning.cascade import Cascade
from hybrid_agent.reasoning.llm.reasoner import llm_reasoner
from hybrid_agent.reasoning.protocol import Reasoner
from hybrid_agent.settings import Thinking
from hybrid_agent_prompts import load, names

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel

SLACK: Final = timedelta(seconds=5)
"""How much longer than a turn's budget of seconds the reasoner is waited for, so that the budget decides."""


def thinking_with(
    deployment: Deployment,
    model: "ChatModel | BaseChatModel",
    how: Literal[Thinking.LLM, Thinking.CASCADE] = Thinking.CASCADE,
) -> Deployment:
    """The deployment with a model; its own reasoner stays behind it, for when the model cannot be had.

    Raises PromptError for the deployment's own prompts, ConfigurationError for its calibration, for what is
    no chat model, and where the deployment has a model already.
    """
    if deployment.model is not None:
        advice = "Give a model in the deployment file or to the graph, not both."
        raise ConfigurationError(f"it has {deployment.model.name} already", where="model", advice=advice)
    asked = model if isinstance(model, ChatModel) else chat_model(_checked(model))
    own, local = deployment.calibration, deployment.reasoner
    llm = llm_reasoner(
        deployment.catalog,
        asked,
        {name: load(name, deployment.prompts) for name in names()},
        deployment.toolbox.operations,
        load_calibration(own) if own else default_calibration(),
        deployment.redactor,
    )
    reasoner: Reasoner = Backed(llm, local) if how is Thinking.LLM else Cascade(local, llm)
    patience = timedelta(seconds=deployment.budget.seconds) + SLACK
    return replace(deployment, reasoner=reasoner, model=asked, patience=patience)


def _checked(model: object) -> "BaseChatModel":
    from langchain_core.language_models import BaseChatModel

    if isinstance(model, BaseChatModel):
        return model
    kind = "class" if isinstance(model, type) else type(model).__name__
    advice = (
        "Give an instance, such as init_chat_model('openai:gpt-5-mini'), or name it in the deployment file."
    )
    raise ConfigurationError(f"a {kind} is not a LangChain chat model", where="model", advice=advice)
