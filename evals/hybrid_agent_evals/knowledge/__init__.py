"""How well and how fast the help centre is searched, and how well it knows what it cannot answer."""
