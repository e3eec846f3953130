"""All files of a month: the forms, rankings and books of the authority, and what each unit gets."""

from pathlib import Path

from ingestion.home import Home
from ingestion.progress import Progress, quiet
from ingestion.site import Site
from publishing.reminders import write_reminders
from publishing.reports import write_reports
from publishing.unit_packs import write_outbox


def write_month(site: Site, home: Home, period: str, *, progress: Progress = quiet) -> list[Path]:
    """Write them from the served file; return the paths. Raises NothingServed, PeriodNotServed, ReportError."""
    written = write_reports(site, home, period, progress=progress)
    written += write_outbox(site, home, period, progress=progress)
    written += write_reminders(site, home, period, progress=progress)
    return written
