"""YAML files read into pydantic models, with the file and line in every complaint."""

from hybrid_agent.yamlfile.nodes import MAX_BYTES
from hybrid_agent.yamlfile.partly import Partly, read_partly
from hybrid_agent.yamlfile.reading import in_words, read_model

__all__ = ["MAX_BYTES", "Partly", "in_words", "read_model", "read_partly"]
