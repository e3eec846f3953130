"""Writing a draft: YAML that a person finishes, with what is sure and what is not beside each line."""

import json
from collections.abc import Iterator, Sequence

from ingestion.decode.sheet_choice import own_name
from ingestion.layouts import CANONICAL_COLUMNS, VALUE_TARGETS
from ingestion.messages import text
from ingestion.suggest.files import KINDS, Seen
from ingestion.suggest.findings import Findings
from ingestion.suggest.labels import DROP, IGNORE
from ingestion.suggest.matching import REVIEWED, ColumnGuess
from ingestion.suggest.vocabulary import Vocabulary
from ingestion.text import match_key

_MATTERS_WHEN_ABSENT = ("due_at", "completed_at", "status")


def write_draft(file: str, name: str, seen: Seen, found: Findings, known: Vocabulary) -> str:
    """Return the draft of a layout as YAML with comments in Vietnamese."""
    parts = (
        _comment(text("suggest.draft_head", file=file.replace("\n", " "))),
        _comment(text("suggest.draft_next")),
        *_file_lines(name, seen),
        *_sheet_lines(seen, found),
        *_frame_lines(found),
        f"export_kind: snapshot{_note(_about_kind(found))}",
        *_column_lines(found),
        *_passed_lines(found),
        *_date_lines(found),
        *_value_lines(found, known),
        *_unplaced_lines(found),
    )
    return "\n".join(parts) + "\n"


def _comment(said: str) -> str:
    return f"# {said}"


def _note(said: str) -> str:
    return f"  # {said}"


def _quoted(value: str) -> str:
    # A JSON string is a YAML string, whatever marks or control characters a label holds.
    return json.dumps(value, ensure_ascii=False)


def _list(values: Sequence[str]) -> str:
    return f"[{', '.join(map(_quoted, values))}]"


def _file_lines(name: str, seen: Seen) -> Iterator[str]:
    yield f"name: {name}"
    yield f"kind: {KINDS[seen.family]}"
    if seen.delimiter is not None:
        yield f"encoding: auto{_note(text('suggest.draft_seen', seen=seen.text))}"
        yield f"delimiter: {_quoted(seen.delimiter)}"


def _sheet_lines(seen: Seen, found: Findings) -> Iterator[str]:
    if not any(sheet.name for sheet in seen.sheets):
        return
    count = len(found.same)
    member = found.table.sheet.member
    rivals = [x for x in seen.tables if x.sheet.is_visible and x.sheet.member == member]
    if found.sheet_is_month:
        yield f"sheet: month{_note(text('suggest.draft_sheet_month'))}"
    elif count > 1:
        yield f"sheet: all{_note(text('suggest.draft_sheets', count=count))}"
        if found.sheet_holds:
            said = text("suggest.draft_sheet_names", column=found.sheet_holds)
            yield f"sheet_holds: {found.sheet_holds}{_note(said)}"
    elif len(rivals) == 1 or not found.table.sheet.name:
        yield "sheet: first"
    else:
        yield f"sheet: {_quoted(own_name(found.table.sheet))}"


def _frame_lines(found: Findings) -> Iterator[str]:
    table = found.table
    rows = f", rows: {table.size}" if table.size > 1 else ""
    labels = _header_labels(found)
    if labels:
        yield f"header: {{labels: {_list(labels)}{rows}}}"
    else:
        yield f"header: {{row: {table.number}{rows}}}"
    if found.group_holds:
        said = text("suggest.draft_groups", column=found.group_holds)
        yield f"group_holds: {found.group_holds}{_note(said)}"
    elif table.groups:
        yield _comment(text("suggest.draft_groups_unknown", count=len(table.groups)))
    totals, subtotals = (
        [word[:1].upper() + word[1:] for word in words] for words in (table.totals, table.subtotals)
    )
    if totals:
        yield f"total_label: {_quoted(totals[0])}"
    if subtotals:
        yield f"subtotal_labels: {_list(subtotals)}"
    if table.frames:
        yield _comment(text("suggest.draft_frames", count=table.frames))


def _header_labels(found: Findings) -> list[str]:
    """Two labels that tell the header row: case code and received date, else the surest ones."""
    sure = sorted(found.places.values(), key=lambda guess: -guess.confidence)
    wanted = [found.places.get("case_code"), found.places.get("received_at"), *sure]
    labels = [guess.label for guess in wanted if guess is not None and guess.label]
    return list(dict.fromkeys(labels))[:2]


def _about_kind(found: Findings) -> str:
    said = text("suggest.draft_export_kind")
    if found.open_before is None:
        return said
    key = "suggest.draft_open_before" if found.open_before else "suggest.draft_none_before"
    return f"{said}; {text(key, count=found.open_before)}"


def _column_lines(found: Findings) -> Iterator[str]:
    places = found.places
    yield "columns:"
    for column in CANONICAL_COLUMNS:
        guess = places.get(column)
        if guess is not None and guess.label:
            yield f"  {column}: {_list([guess.label])}{_note(_why(guess))}"
        elif column in ("case_code", "received_at"):
            yield f'  # {column}: ["TÊN CỘT"]{_note(text("suggest.draft_required"))}'
    if not places:
        # The key must stand there even while nothing is below it.
        yield "  {}"
    held = {found.group_holds, found.sheet_holds}
    absent = [c for c in CANONICAL_COLUMNS if c not in places and c not in held]
    absent = [c for c in absent if c not in ("case_code", "received_at")]
    doubtful = [column for column in _MATTERS_WHEN_ABSENT if column in absent]
    if not {"sector", "sector_code"} & {*places, *held}:
        doubtful.append("sector")
    said = _note(text("suggest.draft_absent", columns=", ".join(doubtful))) if doubtful else ""
    yield f"absent: [{', '.join(absent)}]{said}"


def _why(guess: ColumnGuess) -> str:
    key = "suggest.draft_high" if guess.confidence >= REVIEWED else "suggest.draft_low"
    return text(key, confidence=f"{guess.confidence:.2f}", reason=guess.reason)


def _passed_lines(found: Findings) -> Iterator[str]:
    for place in (DROP, IGNORE):
        guesses = [guess for guess in found.columns if guess.place == place and guess.label]
        labels = {match_key(guess.label or ""): guess.label or "" for guess in guesses}
        if not labels:
            continue
        weak = [guess for guess in guesses if guess.confidence < REVIEWED]
        names = ", ".join(guess.label or "" for guess in weak)
        said = _note(f"{text('suggest.mark_review')}: {_one_line(names)}") if weak else ""
        yield f"{place}: {_list(list(labels.values()))}{said}"


def _one_line(value: str) -> str:
    return " ".join(value.split())


def _date_lines(found: Findings) -> Iterator[str]:
    order = found.order
    orders = f"orders: [{', '.join(order.orders)}]"
    notes = []
    if found.has_dates and not order.proven:
        counts = {"day_first": order.day_first, "month_first": order.month_first}
        notes.append(text("suggest.draft_order", **counts))
    short = ""
    if order.two_digit_years:
        short = ", two_digit_years: true"
        notes.append(text("suggest.draft_short"))
    yield f"dates: {{{orders}{short}}}{_note('; '.join(notes)) if notes else ''}"


def _value_lines(found: Findings, known: Vocabulary) -> Iterator[str]:
    listed = {column: values for column, (values, _) in found.values.items() if values}
    if listed:
        yield "values:"
    for column, values in listed.items():
        yield f"  {column}:"
        for value in values:
            reading = known.reading(column, value)
            if reading is not None:
                said = text("suggest.draft_value_known", layout=reading.layout)
                yield f"    {_quoted(value)}: {reading.target}{_note(said)}"
            else:
                allowed = " ".join(sorted(VALUE_TARGETS[column]))
                said = text("suggest.draft_values", allowed=allowed)
                yield f"    {_quoted(value)}: TODO{_note(said)}"
    for column, (_, more) in found.values.items():
        if more:
            yield _comment(f"{column}: {text('suggest.draft_values_more', count=more)}")


def _unplaced_lines(found: Findings) -> Iterator[str]:
    unplaced = [guess for guess in found.columns if guess.place is None]
    if unplaced:
        yield _comment(text("suggest.draft_unplaced"))
    for guess in unplaced:
        label = _quoted(guess.label) if guess.label else text("suggest.draft_hidden")
        said = text(
            "suggest.draft_unplaced_line", cell=guess.cell, label=label, reason=guess.reason
        )
        yield _comment(f"  {said}")
