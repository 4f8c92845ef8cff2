"""The fields of a result type as dotted paths, for the catalog's lint."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from functools import cache
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import AwareDatetime, BaseModel

__all__ = ["result_fields"]


@cache
def result_fields(result: Any) -> Mapping[str, Any]:
    """Path -> type, depth first; a list adds `[]` to the path and gives its item's type, None is left out."""
    return MappingProxyType(dict(_walk("", result)))


def _walk(path: str, annotation: Any) -> Iterator[tuple[str, Any]]:
    kind = _bare(annotation)
    if get_origin(kind) in (list, tuple):
        yield from _walk(f"{path}[]", get_args(kind)[0])
        return
    if path:
        yield path, kind
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        for name, field in _model_fields(kind).items():
            yield from _walk(f"{path}.{name}" if path else name, field)


def _model_fields(model: type[BaseModel]) -> dict[str, Any]:
    stored = {name: field.annotation for name, field in model.model_fields.items()}
    computed = {name: field.return_type for name, field in model.model_computed_fields.items()}
    return stored | computed


def _bare(annotation: Any) -> Any:
    if get_origin(annotation) is Annotated:
        return _bare(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        present = [part for part in get_args(annotation) if part is not NoneType]
        return _bare(present[0]) if len(present) == 1 else annotation
    return datetime if annotation is AwareDatetime else annotation
