"""Lengths of time as people write them: `30m`, `4h`, `2d`."""

import re
from datetime import timedelta
from typing import Annotated

from pydantic import BeforeValidator, PlainSerializer

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def read_duration(value: object) -> object:
    """A timedelta from `90s`, `30m`, `4h` or `2d`; anything else is left for pydantic to judge."""
    if isinstance(value, str) and (match := re.fullmatch(r"\s*(\d{1,6})\s*([smhd])\s*", value)):
        return timedelta(**{_UNITS[match[2]]: int(match[1])})
    return value


def write_duration(value: timedelta) -> str:
    """The shortest form that `read_duration` reads back."""
    seconds = int(value.total_seconds())
    for unit, size in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


Duration = Annotated[
    timedelta, BeforeValidator(read_duration, json_schema_input_type=str), PlainSerializer(write_duration)
]
