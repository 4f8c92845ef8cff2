"""The conversation's messages as they are read again."""

from langchain_core.messages import HumanMessage

from hybrid_agent.state import State


def earlier_texts(state: State) -> tuple[str, ...]:
    """The customer's messages before this turn's, oldest first, without those that were attacks."""
    said = [message for message in state.get("messages", []) if isinstance(message, HumanMessage)]
    left_out = {state["turn"], *state.get("refused", [])}
    return tuple(str(message.text) for message in said if message.id not in left_out)
