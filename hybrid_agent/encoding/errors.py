"""EncodingError: a text could not be turned into a vector.

EncodingError
└── ModelFileError: the encoder's model is missing, truncated or altered
"""


class EncodingError(Exception):
    """The encoder gave something that cannot be used as vectors."""


class ModelFileError(EncodingError):
    """The model file is missing, truncated or altered."""
