"""Which group a data row stands in, where a layout says that group titles hold a column's value."""

from dataclasses import dataclass, field

from ingestion.decode.row_signs import Title
from ingestion.text import match_key


@dataclass
class Groups:
    """The value of the group in force. Positions are numbers of data rows of the sheet.

    ``changes``: from which data row which value holds (None: no group), the first from row 0.
    """

    is_used: bool
    changes: list[tuple[int, str | None]] = field(default_factory=lambda: [(0, None)])
    _heading: set[str] = field(default_factory=set)
    _loose: list[Title] = field(default_factory=list)
    _steady: str | None = None
    _labelled: Title | None = None
    _at: int = 0

    def at_title(self, title: Title, position: int) -> None:
        """A group begins; a line of the sheet's own heading (printed again) is none.

        Where titles say what they are, those that do not, and are not numbered the same way, are
        about something else.
        """
        if not self.is_used or title.is_other:
            return
        if self._labelled and not title.is_labelled and not self._labelled.styles & title.styles:
            return
        if not title.is_strong and match_key(title.value) in self._heading:
            return
        self._labelled = title if title.is_labelled else self._labelled
        if position > self._at or title.is_strong:
            # What held for the last data row holds again if this proves a page's heading.
            self._steady = self._now if position > self._at else self._steady
            self._loose = []
        self._loose += [] if title.is_strong else [title]
        self._set(title.value, position)
        self._steady = title.value if title.is_strong else self._steady

    def at_heading(self, title: Title | None, key: str) -> None:
        """A line above the table: the first group's title, if it is numbered or labelled."""
        self._heading |= {key, match_key(title.value)} if title else {key}
        if self.is_used and title and title.is_strong and not title.is_other:
            self._labelled = title if title.is_labelled else None
            self._set(title.value, 0)
            self._steady = title.value

    def at_header(self, position: int) -> None:
        """The header comes again: several loose lines above it were a page's heading."""
        if self.is_used and len(self._loose) > 1 and position == self._at:
            self._set(self._steady, position)
        self._loose = []

    def at_total(self, position: int) -> None:
        """A total ends the group, unless it stands above the group's first row."""
        if self.is_used and position > self._at:
            self._set(None, position)
            self._steady = None

    def values(self, start: int, count: int) -> list[tuple[str | None, int]]:
        """Return the values of ``count`` data rows from row ``start``, as runs of equal ones."""
        runs: list[tuple[str | None, int]] = []
        bounds = [*self.changes[1:], (start + count, None)]
        for (begin, value), (end, _) in zip(self.changes, bounds, strict=True):
            length = min(end, start + count) - max(begin, start)
            if length > 0:
                runs.append((value, length))
        return runs

    @property
    def _now(self) -> str | None:
        return self.changes[-1][1]

    def _set(self, value: str | None, position: int) -> None:
        self._at = position
        if self.changes[-1][0] == position:
            self.changes.pop()
        self.changes.append((position, value))
