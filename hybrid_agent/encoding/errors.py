"""EncodingError: a text could not be turned into a vector.

HybridAgentError
├── EncodingError        an encoder gave something that cannot be used as vectors
└── ConfigurationError
    └── ModelFileError   the encoder's model is missing, truncated or altered
"""

from hybrid_agent.errors import ConfigurationError, HybridAgentError


class EncodingError(HybridAgentError):
    """An encoder gave something that cannot be used as vectors."""


class ModelFileError(ConfigurationError):
    """The model file is missing, truncated or altered."""
