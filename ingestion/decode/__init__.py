"""Decode: from landed bytes to raw rows of text, each file read once per layout and decoder."""

from dataclasses import dataclass, field
from pathlib import Path

from ingestion.decode.batch import BatchWriter
from ingestion.decode.opened import UnreadableFileError
from ingestion.decode.reading import Reading, read_file
from ingestion.home import Home
from ingestion.layouts import Layout
from ingestion.manifest import DECODER_VERSION, Decoded, append_manifest
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.receipts import read_register
from ingestion.register import Submission, read_submissions
from ingestion.site import Site

__all__ = ["DECODER_VERSION", "DecodeReport", "decode", "read_file"]


@dataclass
class DecodeReport:
    """What one call read: manifest lines by period of receipt, and the batches it wrote."""

    decoded: list[Decoded] = field(default_factory=list)
    batches: list[Path] = field(default_factory=list)


def decode(site: Site, home: Home, *, progress: Progress = quiet) -> DecodeReport:
    """Read every landed file that was not read yet by its present layouts and this decoder.

    Writes one batch of rows per period and call, then the period's manifest lines. A file that a
    unit got wrong becomes a rejected line with messages; an error of ours is raised.
    """
    home.create()
    report = DecodeReport()
    waiting: dict[str, list[Submission]] = {}
    for submission in read_submissions(site, home):
        if submission.status == "received":
            waiting.setdefault(submission.submission_id[: len("YYYY-MM")], []).append(submission)
    for period, submissions in sorted(waiting.items()):
        _decode_period(site, home, period, submissions, report, progress)
    return report


def _decode_period(
    site: Site,
    home: Home,
    period: str,
    submissions: list[Submission],
    report: DecodeReport,
    progress: Progress,
) -> None:
    receipts = read_register(home).receipts
    lines: list[Decoded] = []
    with BatchWriter(home, period) as batch:
        for done, submission in enumerate(submissions, start=1):
            path = receipts[submission.submission_id].path(home)
            layouts = site.layouts_for(submission.unit_code, submission.period)
            lines.append(_decode_one(batch, submission, path, layouts))
            progress(text("intake.decoding", period=period), done, len(submissions))
        written = batch.finish()
    name = written.name if written else None
    lines = [_in_batch(line, name) for line in lines]
    append_manifest(home, period, lines)
    report.decoded += lines
    report.batches += [written] if written else []
