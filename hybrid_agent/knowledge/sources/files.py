"""Files that are told apart by their bytes, and written so that a crash never leaves half of one."""

import hashlib
import os
import secrets
from pathlib import Path


def digest_of(content: bytes) -> str:
    """A hash (hex) of a file's bytes."""
    return hashlib.sha256(content).hexdigest()


def write_new(path: Path, content: bytes) -> None:
    """Writes a file and waits until it is on disk. Raises OSError."""
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_over(path: Path, content: bytes) -> None:
    """Puts a file in the place of another at once. Raises OSError, and then nothing has changed."""
    beside = path.with_name(f"{path.name}.{secrets.token_hex(4)}.tmp")
    try:
        write_new(beside, content)
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
    sync(path.parent)


def sync(path: Path) -> None:
    """Waits until a file, or a folder's list of files, is on disk, where the system can say so."""
    if os.name != "posix":
        return
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
