"""`hybrid_agent.server` on Aegra, an open server with LangGraph's API; its folder is on PYTHONPATH."""
