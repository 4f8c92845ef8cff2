"""Put on PYTHONPATH: notes in the file `WATCHED` every address that a process, or a child of it, reaches for.

What is not on this machine is refused besides. Python's own sockets are watched, with what is built on them.
"""

import ipaddress
import json
import os
import sys
import traceback
from typing import Any

ASKED = {"socket.connect": 1, "socket.sendto": 1, "socket.sendmsg": 1}
"""Events by the place of the address among their arguments."""

NAMED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}


def host_of(event: str, arguments: tuple[Any, ...]) -> object:
    """The host that an event is about; None for one on this machine without a name, or for no such event."""
    if event in ASKED:
        address = arguments[ASKED[event]]
        return address[0] if isinstance(address, tuple) else None
    if event in NAMED:
        named = arguments[0]
        return named[0] if isinstance(named, tuple) else named
    return None


def here(host: object) -> bool:
    """Whether a host is this machine."""
    name = host.decode() if isinstance(host, bytes) else str(host)
    try:
        return name in ("", "localhost") or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def watch(event: str, arguments: tuple[Any, ...]) -> None:
    """Note an address, and refuse it where it is elsewhere."""
    host = host_of(event, arguments)
    if host is None:
        return
    stack = [f"{frame.filename}:{frame.lineno}" for frame in traceback.extract_stack()[:-1]]
    note({"event": event, "host": str(host), "here": here(host), "stack": stack[-12:]})
    if not here(host):
        raise PermissionError(f"{event} to {host} is refused: it is not on this machine")


def note(line: dict[str, Any]) -> None:
    """Add a line to the file; one write, so that lines of several processes do not mix."""
    descriptor = os.open(os.environ["WATCHED"], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    try:
        os.write(descriptor, json.dumps({"process": os.getpid(), **line}).encode() + b"\n")
    finally:
        os.close(descriptor)


if "WATCHED" in os.environ:
    note({"event": "start", "host": "", "here": True})
    sys.addaudithook(watch)
