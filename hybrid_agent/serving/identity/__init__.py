"""Who sends a request: the tokens of the embedding shop, visitors, OpenID Connect, local accounts, sessions."""
