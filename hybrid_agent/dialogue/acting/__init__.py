"""Acting on a request: answer it, or propose an action, clear it and carry it out."""
