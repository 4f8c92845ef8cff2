"""What the sources hold now, by hash, beside what an index holds."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from hybrid_agent.frozen import Frozen
from hybrid_agent.knowledge.errors import UnusableError
from hybrid_agent.knowledge.indexing.index import FileFacts
from hybrid_agent.knowledge.report import Fault, Renamed
from hybrid_agent.knowledge.sources.finding import Source, SourceFile, find_files


@dataclass(frozen=True, slots=True)
class Survey:
    """The files by name, the hash of each (empty where it cannot be read), and what could not be used."""

    files: Mapping[str, SourceFile]
    digests: Mapping[str, str]
    faults: tuple[Fault, ...]


class Changes(Frozen):
    """How the files differ from those of an index, by name."""

    new: tuple[str, ...]
    changed: tuple[str, ...]
    renamed: tuple[Renamed, ...]
    deleted: tuple[str, ...]
    unchanged: int


def survey(sources: Sequence[Source], cache: Path) -> Survey:
    """Finds and hashes every file; of addresses the copies in the cache. Files are read one at a time."""
    found = find_files(sources, cache)
    digests, faults = dict[str, str](), list(found.faults)
    for file in found.files:
        try:
            digests[file.name] = file.read().digest
        except UnusableError as error:
            digests[file.name] = ""
            faults.append(error.fault)
    return Survey({file.name: file for file in found.files}, digests, tuple(faults))


def changes(before: Mapping[str, FileFacts], digests: Mapping[str, str]) -> Changes:
    """What is new, changed, renamed (another name, the same bytes) or gone."""
    gone = {name: facts.digest for name, facts in before.items() if name not in digests}
    renamed, new = list[Renamed](), list[str]()
    for name in (name for name in digests if name not in before):
        old = next((each for each, digest in gone.items() if digest and digest == digests[name]), None)
        if old is None:
            new.append(name)
        else:
            del gone[old]
            renamed.append(Renamed(old=old, new=name))
    changed = [name for name in digests if name in before and before[name].digest != digests[name]]
    return Changes(
        new=tuple(new),
        changed=tuple(changed),
        renamed=tuple(renamed),
        deleted=tuple(gone),
        unchanged=len(digests) - len(new) - len(renamed) - len(changed),
    )
