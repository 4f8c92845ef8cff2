"""Prompts for language models: Markdown files with named placeholders. Nothing is read at import."""

from hybrid_agent_prompts.fencing import fenced
from hybrid_agent_prompts.files import load, names
from hybrid_agent_prompts.template import Filled, Prompt, PromptError

__all__ = ["Filled", "Prompt", "PromptError", "fenced", "load", "names"]
