"""A model chooses which of a request's reads are worth doing, by calling them as tools without arguments."""

from collections.abc import Mapping, Sequence
from typing import Any

from hybrid_agent.catalog import Catalog
from hybrid_agent.chat_model import ChatModel, choose
from hybrid_agent.reasoning.llm.brief import planning_values
from hybrid_agent.reasoning.llm.veil import Personal, veil_over, veiled
from hybrid_agent.reasoning.protocol import Choice
from hybrid_agent_prompts import Prompt
from hybrid_agent_tools import Operation

PURPOSE = "plan"
WORTH_ASKING = 3
"""Optional reads of an intent below which all are done: they cost milliseconds, a model's opinion seconds."""


async def choose_reads(
    choice: Choice,
    model: ChatModel,
    prompt: Prompt,
    catalog: Catalog,
    operations: Mapping[str, Operation],
    personal: Personal,
) -> Sequence[str]:
    """The reads that the model calls. Raises ModelError.

    The catalog gives the arguments: a model that gave its own could choose the record that is then changed.
    """
    reads = catalog.intents[choice.intent].reads
    if sum(not read.required for read in reads.values()) < WORTH_ASKING:
        return choice.offered
    about = {name: operations[reads[name].operation].description for name in choice.offered}
    veil = veil_over((choice.text,), choice.facts, personal)
    slots = {
        name: slot.model_copy(update={"value": veil.mask_data(slot.value)})
        for name, slot in choice.slots.items()
    }
    shown = choice.model_copy(
        update={
            "text": veil.mask(choice.text),
            "facts": tuple(veiled(item, veil) for item in choice.facts),
            "slots": slots,
        }
    )
    filled = prompt.fill(**planning_values(catalog, shown, about))
    chosen = await choose(model, filled, [_tool(name, about[name]) for name in about], purpose=PURPOSE)
    return [call.name for call in chosen.calls]


def _tool(name: str, description: str) -> dict[str, Any]:
    return {"name": name, "description": description, "parameters": {"type": "object", "properties": {}}}
