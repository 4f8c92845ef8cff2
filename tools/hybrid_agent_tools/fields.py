"""The fields of a result type as dotted paths: their types for the catalog's lint, and which are personal."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

from hybrid_agent_tools.values import Personal

__all__ = ["personal_fields", "result_fields"]


class _Field(NamedTuple):
    path: str
    kind: Any
    personal: Personal | None


@cache
def result_fields(result: Any) -> Mapping[str, Any]:
    """Path -> type, depth first; a list adds `[]` to the path and gives its item's type, None is left out."""
    return MappingProxyType({field.path: field.kind for field in _walk("", result)})


@cache
def personal_fields(result: Any) -> Mapping[str, Personal]:
    """Path -> kind of the fields that are marked with `Personal`, paths as in `result_fields`."""
    return MappingProxyType({each.path: each.personal for each in _walk("", result) if each.personal})


def _walk(path: str, annotation: Any, marked: Personal | None = None) -> Iterator[_Field]:
    kind, personal = _bare(annotation), marked or _mark(annotation)
    if get_origin(kind) in (list, tuple):
        yield from _walk(f"{path}[]", get_args(kind)[0], personal)
        return
    if path:
        yield _Field(path, kind, personal)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, (part, mark) in _model_fields(kind).items():
            yield from _walk(f"{path}.{name}" if path else name, part, mark)


def _model_fields(model: type[BaseModel]) -> dict[str, tuple[Any, Personal | None]]:
    stored = {
        name: (field.annotation, _first_mark(field.metadata)) for name, field in model.model_fields.items()
    }
    computed = {name: (field.return_type, None) for name, field in model.model_computed_fields.items()}
    return stored | computed


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        present = [part for part in get_args(annotation) if part is not NoneType]
        return _bare(present[0]) if len(present) == 1 else annotation
    return datetime if annotation is AwareDatetime else annotation


def _mark(annotation: Any) -> Personal | None:
    """The mark on the annotation, or on a part of it: `Email | None` is as personal as `Email`."""
    if get_origin(annotation) is Annotated:
        inner, *metadata = get_args(annotation)
        return _first_mark(metadata) or _mark(inner)
    if get_origin(annotation) in (Union, UnionType):
        return next(filter(None, map(_mark, get_args(annotation))), None)
    return None


def _first_mark(metadata: Iterable[Any]) -> Personal | None:
    return next((each for each in metadata if isinstance(each, Personal)), None)
