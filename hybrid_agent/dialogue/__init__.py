"""What the nodes do: read a message, fill slots, gather facts, propose, decide, execute, hand off."""
