"""The same conversations through LangChain's agent and through this project's graph, side by side."""
