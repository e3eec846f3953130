"""Decode: from landed bytes to raw rows of text, each file read once per layout and decoder."""

import os
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from ingestion.decode.batch import BatchWriter
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.personal import HashKeyError, check_hash_key
from ingestion.decode.reading import Reading, read_file
from ingestion.decode.register_file import ROW_SCHEMA, RegisterReading, read_registers
from ingestion.decode.sandbox import DecoderError, Limits, read_each
from ingestion.decode.table import schema_with_ids
from ingestion.home import Home
from ingestion.manifest import DECODER_VERSION, Decoded, Message, append_manifest
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.receipts import read_register
from ingestion.register import Submission, read_submissions
from ingestion.registers.definitions import load_registers
from ingestion.site import Site, SiteError

_WORKERS = 4
"""At most so many files are read at a time; each may take the memory the site allows."""

__all__ = ["DECODER_VERSION", "DecodeReport", "decode", "read_file"]


@dataclass
class DecodeReport:
    """What one call read: manifest lines by period of receipt, and the batches it wrote."""

    decoded: list[Decoded] = field(default_factory=list)
    batches: list[Path] = field(default_factory=list)


def decode(site: Site, home: Home, *, progress: Progress = quiet) -> DecodeReport:
    """Read every landed file that was not read yet by its present layouts and this decoder.

    Writes one batch of rows per period and call, then the period's manifest lines. A file that a
    unit got wrong becomes a rejected line with messages; one on which our own reader broke down
    becomes a failed line, which is told as ours and tried again the next time. Raises `SiteError`
    when a file's layout needs the key of identity hashes and there is none.
    """
    home.create()
    report = DecodeReport()
    waiting: dict[str, list[Submission]] = {}
    for submission in read_submissions(site, home):
        if submission.is_unread:
            waiting.setdefault(submission.submission_id[: len("YYYY-MM")], []).append(submission)
            _check_key(site, submission)
    for _, submissions in sorted(waiting.items()):
        lines, batches = _decode_period(site, home, submissions, progress)
        report.decoded += lines
        report.batches += batches
    return report


def _decode_period(
    site: Site, home: Home, submissions: list[Submission], progress: Progress
) -> tuple[list[Decoded], list[Path]]:
    """Read the files of one period (of receipt) into one batch a feed; return its manifest lines."""
    receipts = read_register(home).receipts
    period = receipts[submissions[0].submission_id].period
    what = text("intake.decoding", period=period)
    lines: list[Decoded] = []
    requests = (
        _request(site, submission, receipts[submission.submission_id].path(home))
        for submission in submissions
    )
    limits = Limits(site.decode.memory_mb, site.decode.seconds)
    readings = read_each(requests, limits, min(_WORKERS, os.cpu_count() or 1))
    register_rows = BatchWriter(home, period, schema_with_ids(ROW_SCHEMA), "registers")
    with BatchWriter(home, period) as batch, register_rows as register_batch, closing(readings):
        for done, (submission, reading) in enumerate(zip(submissions, readings, strict=True), 1):
            if isinstance(reading, UnreadableFileError):
                lines.append(_rejected(submission, reading))
            elif isinstance(reading, DecoderError):
                lines.append(_failed(submission, reading))
            elif isinstance(reading, RegisterReading):
                register_batch.add(submission.decode_id, submission.submission_id, reading)
                lines.append(reading.decoded(submission.decode_id, submission.submission_id))
            else:
                batch.add(submission.decode_id, submission.submission_id, reading)
                lines.append(_decoded(submission, reading))
            progress(what, done, len(submissions))
        written = {"cases": batch.finish(), "registers": register_batch.finish()}
    lines = [
        replace(line, batch=path.name)
        if line.outcome == "decoded" and (path := written[submission.feed])
        else line
        for line, submission in zip(lines, submissions, strict=True)
    ]
    append_manifest(home, period, lines)
    return lines, [path for path in written.values() if path]


def _check_key(site: Site, submission: Submission) -> None:
    """Raise `SiteError` where reading a file needs the key of identity hashes and there is none."""
    try:
        check_hash_key(site.layouts_for(submission.unit_code, submission.period))
    except HashKeyError as error:
        raise SiteError([str(error)]) from error


def _request(site: Site, submission: Submission, path: Path) -> tuple[Any, ...]:
    """Return the reader of a submission's feed and what it is to read."""
    if submission.feed == "registers":
        return read_registers, path, load_registers()
    layouts = site.layouts_for(submission.unit_code, submission.period)
    return read_file, path, layouts, submission.period, site.units_like_people


def _rejected(submission: Submission, error: UnreadableFileError) -> Decoded:
    return Decoded(
        decode_id=submission.decode_id,
        submission_id=submission.submission_id,
        outcome="rejected",
        messages=error.messages,
    )


def _failed(submission: Submission, error: DecoderError) -> Decoded:
    said = text("intake.our_defect", detail=error)
    return Decoded(
        decode_id=submission.decode_id,
        submission_id=submission.submission_id,
        outcome="failed",
        messages=(Message("our_defect", said),),
    )


def _decoded(submission: Submission, reading: Reading) -> Decoded:
    return Decoded(
        decode_id=submission.decode_id,
        submission_id=submission.submission_id,
        outcome="decoded",
        layout=reading.layout.name,
        rows_read=reading.rows_read,
        rows_ignored=reading.rows_ignored,
        rows_data=reading.rows_data,
        stated_total=reading.stated_total,
        export_kind=reading.layout.export_kind,
        absent=reading.layout.absent_columns,
        columns=reading.columns,
        stated_totals=tuple(reading.stated_totals),
        date_system=reading.date_system,
        title_periods=tuple(sorted(reading.title_periods)),
        is_title_supplement=reading.is_title_supplement,
        messages=tuple(reading.notes),
    )
