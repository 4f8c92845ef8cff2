"""The bot and its people over HTTP: the customer's chat page, the console, and who may do what.

It is served beside LangGraph's own API by the same process; `hybrid_agent.server` puts it together.
"""
