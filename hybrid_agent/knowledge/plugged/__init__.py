"""Parts of LlamaIndex that a deployment names: vector stores and postprocessors."""
