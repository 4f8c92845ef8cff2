"""What the server is told by its environment, which `server_settings` reads as a whole."""

from hybrid_agent.serving.settings.customers import CustomerTokens
from hybrid_agent.serving.settings.oidc import Oidc
from hybrid_agent.serving.settings.server import ServerSettings, server_settings
from hybrid_agent.serving.settings.signing import Algorithm

__all__ = ["Algorithm", "CustomerTokens", "Oidc", "ServerSettings", "server_settings"]
