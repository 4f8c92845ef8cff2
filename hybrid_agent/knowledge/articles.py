"""Finds the articles of a help centre and reads their front matter."""

import hashlib
import os
import re
from collections.abc import Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, NoReturn, Self

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from hybrid_agent.knowledge.errors import ArticleError, SourceError
from hybrid_agent.knowledge.passages import Audience

SUFFIXES = frozenset({".md", ".markdown"})
_FRONT_MATTER = re.compile(r"\A---[ \t]*\n(.*?)^---[ \t]*(?:\n|\Z)", re.DOTALL | re.MULTILINE)


class FrontMatter(BaseModel):
    """What an article may say about itself; an unknown key is an error, so that a typo is noticed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    title: str | None = Field(default=None, min_length=1)
    url: str | None = Field(default=None, min_length=1)
    updated: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    audience: Audience = "customer"
    locale: str = Field(default="en", pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")
    tags: tuple[str, ...] = ()

    @model_validator(mode="after")
    def _ends_after_it_begins(self) -> Self:
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError(f"valid_until {self.valid_until} is before valid_from {self.valid_from}")
        return self


class ArticleFile(BaseModel):
    """A file as it was found: `name` is its path under its source folder, with forward slashes."""

    model_config = ConfigDict(frozen=True)

    name: str
    path: Path
    content: bytes

    @property
    def article(self) -> str:
        """The article's identity: its name without the suffix."""
        return self.name.rsplit(".", 1)[0]


class Article(BaseModel):
    """A parsed article: what it says about itself and its Markdown body."""

    model_config = ConfigDict(frozen=True)

    id: str
    source: str
    about: FrontMatter
    body: str


def find_articles(sources: Sequence[Path]) -> tuple[ArticleFile, ...]:
    """Reads every Markdown file in the given folders (and files), sorted by name.

    Raises SourceError for a source that is missing, unreadable or empty, ArticleError for two articles
    of one name.
    """
    files: dict[str, ArticleFile] = {}
    for source in sources:
        found = [
            ArticleFile(name=name, path=path, content=_read(path)) for name, path in _candidates(Path(source))
        ]
        if not found:
            raise SourceError(
                f"{source}: no article here (looked for {', '.join(sorted(SUFFIXES))}, also in sub-folders). "
                "Put the help centre's Markdown files there or correct the path."
            )
        for file in found:
            if file.article in files:
                raise ArticleError(
                    f"{file.path}: there is another article {file.article!r} ({files[file.article].path}). "
                    "Rename one of them."
                )
            files[file.article] = file
    return tuple(files[name] for name in sorted(files))


def content_digest(files: Sequence[ArticleFile]) -> str:
    """A hash (hex) of the names and bytes of all articles: any change, rename or removal changes it."""
    digest = hashlib.sha256()
    for file in files:
        digest.update(f"{len(file.name)}:{file.name}:{len(file.content)}:".encode())
        digest.update(file.content)
    return digest.hexdigest()


def parse_article(file: ArticleFile) -> Article:
    """Splits an article into front matter and body; raises ArticleError with the line or key at fault."""
    text = _decode(file)
    match = _FRONT_MATTER.match(text)
    if match is None and text.startswith("---\n"):
        raise ArticleError(
            f"{file.path}: the front matter is opened by '---' but never closed. Add a line '---' after it."
        )
    about = _front_matter(file, match.group(1)) if match else FrontMatter()
    body = text[match.end() :] if match else text
    if not body.strip():
        raise ArticleError(f"{file.path}: the article has no text. Write it or delete the file.")
    return Article(id=file.article, source=file.name, about=about, body=body)


def _candidates(source: Path) -> Iterator[tuple[str, Path]]:
    if source.is_file():
        if source.suffix.lower() not in SUFFIXES:
            raise SourceError(f"{source}: not a Markdown file. Give a folder or a file that ends in .md.")
        yield source.name, source
        return
    if not source.is_dir():
        raise SourceError(
            f"{source}: there is no such folder or file. Correct the path of the knowledge source."
        )
    for folder, _, names in os.walk(source, onerror=_refuse_folder):
        for name in names:
            path = Path(folder, name)
            if path.suffix.lower() in SUFFIXES:
                yield path.relative_to(source).as_posix(), path


def _refuse_folder(error: OSError) -> NoReturn:
    raise SourceError(
        f"{error.filename}: cannot be listed ({error.strerror}). Give read access to the folder."
    ) from error


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SourceError(
            f"{path}: cannot be read ({error.strerror}). Give read access to the file."
        ) from error


def _decode(file: ArticleFile) -> str:
    try:
        text = file.content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = file.content.count(b"\n", 0, error.start) + 1
        raise ArticleError(
            f"{file.path}, line {line}: byte 0x{file.content[error.start]:02x} is not UTF-8. "
            "Save the article as UTF-8."
        ) from error
    if "\x00" in text:
        raise ArticleError(f"{file.path}: holds binary data, not text. Remove it or save it as Markdown.")
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _front_matter(file: ArticleFile, block: str) -> FrontMatter:
    try:
        values: Any = yaml.safe_load(block) or {}
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 2 if error.problem_mark else 1
        raise ArticleError(
            f"{file.path}, line {line}: the front matter is not YAML ({error.problem}). "
            "Quote values that hold a colon or start with a special character."
        ) from error
    except (yaml.YAMLError, ValueError) as error:
        raise ArticleError(f"{file.path}: the front matter is not YAML ({error}). Correct it.") from error
    if not isinstance(values, dict):
        raise ArticleError(f"{file.path}: the front matter must be `key: value` lines. Correct it.")
    try:
        return FrontMatter.model_validate(values)
    except ValidationError as error:
        raise ArticleError(f"{file.path}: {_explain(error)}") from error


def _explain(error: ValidationError) -> str:
    known = ", ".join(FrontMatter.model_fields)
    faults = []
    for fault in error.errors():
        key = ".".join(str(part) for part in fault["loc"])
        if not key:
            faults.append(fault["msg"])
        elif fault["type"] == "extra_forbidden":
            faults.append(f"unknown key `{key}` (known: {known})")
        else:
            faults.append(f"`{key}`: {fault['msg']}, not {fault['input']!r}")
    return f"bad front matter: {'; '.join(faults)}. Correct these lines between the two '---'."
