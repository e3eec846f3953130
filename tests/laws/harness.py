"""The real path, quickly: files are pulled and decoded by `ingestion`, the compiled models do the rest."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import duckdb

from ingestion.decode import decode
from ingestion.home import Home
from ingestion.progress import quiet
from ingestion.pull import pull_file
from ingestion.register import append_decision, read_submissions
from ingestion.site import Site, load_site
from tests.laws import oracle_rows
from tests.laws.models import Models, Tables, run_models, table_hashes
from tests.laws.site_files import FIRST_DATA_ROW, write_export, write_site
from tests.laws.site_strategy import LAYOUTS, Plan, Sending
from warehouse.inputs import write_inputs


@dataclass(frozen=True)
class Loaded:
    """A plan that was written, sent and decoded. `sent`: submission id -> what was sent."""

    plan: Plan
    site: Site
    home: Home
    sent: dict[str, Sending]

    def accepted(self) -> list[oracle_rows.Submission]:
        """What the oracle is told: the accepted files as they were written, not as they were read."""
        told = []
        for found in read_submissions(self.site, self.home):
            if found.status != "accepted":
                continue
            sending = self.sent[found.submission_id]
            kind, absent = LAYOUTS[sending.layout]
            rows = [
                oracle_rows.FileRow(number, dict(cells))
                for number, cells in enumerate(sending.rows, FIRST_DATA_ROW)
            ]
            told.append(
                oracle_rows.Submission(
                    submission_id=found.submission_id,
                    unit=sending.unit,
                    period=sending.period,
                    receipt=found.receipt_seq,
                    mode=sending.mode,
                    export_kind=kind,
                    absent=frozenset(absent),
                    rows=tuple(rows),
                )
            )
        return told


@contextmanager
def loaded(
    plan: Plan, *, order: Sequence[int] | None = None, batches: bool = False
) -> Iterator[Loaded]:
    """Write, send and decode a plan in a folder of its own.

    `order`: the order in which the sendings are pulled; `batches`: decode after every file.
    """
    with TemporaryDirectory(prefix="laws-") as folder:
        root = Path(folder)
        site = load_site(write_site(plan, root / "site"))
        result = Loaded(plan, site, Home(root / "home").create(), {})
        for index in order if order is not None else range(len(plan.sendings)):
            send(result, index, root / "exports" / f"{index}")
            if batches:
                decode(site, result.home, progress=quiet)
        decode(site, result.home, progress=quiet)
        decide(result)
        yield result


def send(result: Loaded, index: int, folder: Path) -> str:
    """Write one sending as a file and pull it; returns the outcome."""
    sending = result.plan.sendings[index]
    path = write_export(sending, folder / f"{sending.unit}.csv")
    item = pull_file(result.site, result.home, sending.unit, sending.period, path, sending.mode)
    assert item.outcome in {"new", "unchanged"}, item
    if item.outcome == "new":
        assert item.submission_id is not None
        result.sent[item.submission_id] = sending
    return item.outcome


def decide(result: Loaded) -> None:
    """A person accepts or refuses every file that is held."""
    for found in read_submissions(result.site, result.home):
        if found.status == "held":
            verdict = "accept" if result.sent[found.submission_id].accept_if_held else "refuse"
            append_decision(
                result.site, result.home, found.submission_id, verdict, by="kiểm thử", reason="thử"
            )
    decode(result.site, result.home, progress=quiet)


@contextmanager
def warehouse(
    models: Models, result: Loaded, new: Path | None = None
) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse of a loaded plan, built anew, in memory or in the file `new`."""
    work = result.home.build / "work.duckdb"
    work.unlink(missing_ok=True)
    write_inputs(result.site, result.home, work)
    try:
        with run_models(models, work, new) as connection:
            yield connection
    finally:
        work.unlink(missing_ok=True)


def hashes(models: Models, result: Loaded, without: tuple[str, ...] = ()) -> Tables:
    """The content of every served table of a build of this plan."""
    with warehouse(models, result) as connection:
        return table_hashes(connection, "new", without)
