"""The customer's chat: its API, its page, and the script that makes it a part of the shop's pages."""
