"""Who sends a request: the shop's tokens, visitors, OpenID Connect, local accounts, sessions."""
