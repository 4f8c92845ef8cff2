from hybrid_agent.errors import ConfigurationError


class TrainingError(ConfigurationError):
    """The examples cannot train a classifier."""


class SavedClassifierError(ConfigurationError):
    """A saved classifier is missing, damaged, of another version, or made with another encoder."""
