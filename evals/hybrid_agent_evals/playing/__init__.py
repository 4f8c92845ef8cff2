"""Playing a conversation through the graph, and all that was seen of it."""
