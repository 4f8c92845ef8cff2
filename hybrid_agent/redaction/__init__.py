"""What may be stored of a message, and what may be shown of it elsewhere."""
