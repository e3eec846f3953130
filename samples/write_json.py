"""One export as JSON: a list of objects, or an object a line when the path ends in ``.jsonl``."""

from __future__ import annotations

import json
from typing import Any

from samples.export import Line, Target


def json_bytes(target: Target, labels: tuple[str, ...], lines: list[Line]) -> bytes:
    """Objects with the labels as names; ``List.Name`` is the name within the objects of a list."""
    objects = [_object(target.shape.fields, labels, line) for line in lines if line is not None]
    if target.path.suffix == ".jsonl":
        return b"".join(_text(item, None) + b"\n" for item in objects)
    return _text(objects, 1) + b"\n"


def _text(value: Any, indent: int | None) -> bytes:
    return json.dumps(value, ensure_ascii=False, indent=indent).encode()


def _object(fields: tuple[str, ...], labels: tuple[str, ...], line: Line) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for name, label, value in zip(fields, labels, line or (), strict=True):
        outer, _, inner = label.partition(".")
        if not inner:
            made[outer] = value if value != "" else None
            continue
        # One fee a case, 0 where there is none, as the payload writes it.
        items = made.setdefault(outer, [{}])
        items[0][inner] = int(value) if name == "fee" else value
    return made
