"""The gate between a build and publication: Great Expectations over the build file (design §7)."""

from dataclasses import dataclass
from pathlib import Path

from expectations.checks import GateResult
from expectations.page import write_results
from expectations.runner import run_gates
from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from ingestion.run_log import CountedError, Counts
from ingestion.site import Site


class GateFailed(CountedError):
    """A critical check failed: the build file is gone, the served copy stays. The message lists the checks."""


@dataclass(frozen=True)
class GateReport:
    """What the gates found: every result, and the page a person opens offline."""

    build_id: str
    results: list[GateResult]
    page: Path

    @property
    def warnings(self) -> list[GateResult]:
        """Checks that did not pass but do not stop publication."""
        return [r for r in self.results if not r.success and r.severity == "warning"]


def check(site: Site, home: Home, build_id: str, *, progress: Progress = quiet) -> GateReport:
    """Run all gates on one build and write `quality/<build_id>/results.json` and `index.html`.

    Raises GateFailed when a critical check fails: the build file is deleted, so it cannot be published.
    Raises FileNotFoundError when there is no such build.
    """
    database = home.build / f"{build_id}.duckdb"
    if not database.exists():
        raise FileNotFoundError(text("check.no_build", build_id=build_id))
    progress(text("progress.gates"), 0, 1)
    results = run_gates(database, site)
    page = write_results(results, home.quality / build_id, build_id)
    progress(text("progress.gates"), 1, 1)
    report = GateReport(build_id, results, page)
    failed = [r for r in results if r.stops_publication]
    if failed:
        database.unlink()
        lines = "\n".join(f"  - {r.text}" for r in failed)
        said = text("check.failed", count=len(failed), checks=lines, page=page)
        counts = Counts(gates=len(results), gates_failed=len(failed), warnings=len(report.warnings))
        raise GateFailed(said, counts)
    return report
