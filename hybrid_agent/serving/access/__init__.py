"""Who may do what with LangGraph's own API: threads, runs, assistants, crons and the store."""
