"""What is said to a question, and whether anything is."""
