"""Finding the objects of a JSON or JSON Lines text, one at a time, with the line they begin on."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from typing import Any, NoReturn

from ingestion.decode.opened import UnreadableFileError, unreadable

JsonObject = dict[str, Any]
_SPACE = re.compile(r"[ \t\r\n]*")
_MAX_DEPTH = 16
"""So deep below the top a list of objects is looked for."""


@dataclass(frozen=True)
class ObjectList:
    """Where objects stand: the list at ``path`` within the text's one object, or all top objects.

    ``path`` is None for the top objects, empty for a text that is one list.
    """

    path: str | None
    start: int


class _RepeatedKeyError(ValueError):
    """One object names a key twice."""


def _unrepeated(pairs: list[tuple[str, Any]]) -> JsonObject:
    found = dict(pairs)
    if len(found) < len(pairs):
        keys = [key for key, _ in pairs]
        raise _RepeatedKeyError(next(key for key in keys if keys.count(key) > 1))
    return found


def _no_number(name: str) -> NoReturn:
    raise ValueError(name)  # NaN and Infinity are no JSON


# Numbers stay the text they are: no digit may be lost on the way through a float.
_DECODER = json.JSONDecoder(
    object_pairs_hook=_unrepeated, parse_float=str, parse_int=str, parse_constant=_no_number
)


@dataclass
class JsonText:
    """A JSON text. ``lists``: where it holds objects; finding them reads all of it once.

    ``keys``: those of the one object that holds everything, if the text is one.

    Raises `UnreadableFileError` naming the line where the text is no JSON.
    """

    content: str
    lists: list[ObjectList] = field(default_factory=list)
    keys: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        start = self._skip(0)
        if self.content.startswith("[", start):
            self.lists = [ObjectList("", start)]
            self._end_here(self._drain(start))
            return
        self.lists = [ObjectList(None, start)]
        if not self._is_lines(start):
            inner: list[ObjectList] = []
            self._end_here(self._walk(start, "", inner, 0))
            self.lists += inner

    def objects(self, found: ObjectList) -> Iterator[tuple[int, int, JsonObject]]:
        """Yield ordinal (from 1), place and content of the objects of a list."""
        if found.path is not None:
            for number, place, item, _ in self._items(found.start):
                yield number, place, item
            return
        place = found.start
        for number in count(1):
            if place >= len(self.content):
                return
            item, end = self._value(place)
            yield number, place, self._as_object(item, place)
            place = self._skip(end)

    def line(self, place: int) -> int:
        """Return the line, from 1, of a place in the text."""
        return self.content.count("\n", 0, place) + 1

    def _is_lines(self, start: int) -> bool:
        """Tell one object a line from one object that holds everything."""
        end = self.content.find("\n", start)
        first = self.content[start : end if end >= 0 else None].rstrip()
        if end < 0 or not first.endswith("}"):
            return False
        return self.content.startswith("{", self._skip(end))

    def _items(self, start: int) -> Iterator[tuple[int, int, JsonObject, int]]:
        """Yield ordinal, place, content and end of the objects of the list at ``start``."""
        place = self._skip(start + 1)
        if self.content.startswith("]", place):
            return
        for number in count(1):
            item, end = self._value(place)
            yield number, place, self._as_object(item, place), end
            place = self._skip(end)
            if self.content.startswith("]", place):
                return
            place = self._skip(self._expect(",", place))

    def _drain(self, start: int) -> int:
        """Read a list of objects to its end and return the place after it."""
        end = start + 1
        for _, _, _, after in self._items(start):
            end = after
        return self._expect("]", self._skip(end))

    def _walk(self, start: int, path: str, found: list[ObjectList], depth: int) -> int:
        """Note the lists of objects within the object at ``start``; return the place after it."""
        place = self._skip(self._expect("{", start))
        if self.content.startswith("}", place):
            return place + 1
        while True:
            key, end = self._value(place)
            if not isinstance(key, str) or self.content[place] != '"':
                raise self._broken(place)
            self.keys += [key] if depth == 0 else []
            place = self._skip(self._expect(":", self._skip(end)))
            inner = f"{path}.{key}" if path else key
            after = self._skip(place + 1)
            if self.content.startswith("[", place) and self.content.startswith(("{", "]"), after):
                if self.content.startswith("{", after):
                    found.append(ObjectList(inner, place))
                    place = self._drain(place)
                else:
                    place = after + 1
            elif self.content.startswith("{", place) and depth < _MAX_DEPTH:
                place = self._walk(place, inner, found, depth + 1)
            else:
                _, place = self._value(place)
            place = self._skip(place)
            if self.content.startswith("}", place):
                return place + 1
            place = self._skip(self._expect(",", place))

    def _value(self, place: int) -> tuple[Any, int]:
        try:
            return _DECODER.raw_decode(self.content, place)
        except json.JSONDecodeError as error:
            raise self._broken(error.pos) from error
        except _RepeatedKeyError as error:
            line = self.line(place)
            raise unreadable("json_repeated_key", line=line, key=str(error)) from error
        except (RecursionError, ValueError) as error:  # nested without end, or NaN
            raise self._broken(place) from error

    def _as_object(self, item: object, place: int) -> JsonObject:
        if not isinstance(item, dict):
            raise unreadable("json_not_object", line=self.line(place))
        return item

    def _skip(self, place: int) -> int:
        match = _SPACE.match(self.content, place)
        return match.end() if match else place

    def _expect(self, sign: str, place: int) -> int:
        if not self.content.startswith(sign, place):
            raise self._broken(place)
        return place + 1

    def _end_here(self, place: int) -> None:
        rest = self._skip(place)
        if rest < len(self.content):
            raise self._broken(rest)

    def _broken(self, place: int) -> UnreadableFileError:
        return unreadable("json_broken", line=self.line(place))
