"""`python -m tests.integration.compiled_motcua MANIFEST build …`: `motcua` whose builds do without dbt.

They run the models and data tests that dbt compiled once, in a tenth of the time; all else is the
command itself. `tests/laws/test_harness.py` shows that both ways give the same file.
"""

import shutil
import sys
from pathlib import Path

import warehouse.build
from ingestion.home import Home
from ingestion.messages import text
from ingestion.progress import Progress, quiet
from motcua import cli
from tests.laws.models import Models, failed_tests, read_models, run_models
from warehouse.build import BuildTestFailed


def run_compiled(models: Models, database: Path, work: Path, home: Home) -> None:
    """Make what `warehouse.build.run_dbt` makes. Raises BuildTestFailed with the tests that failed."""
    with run_models(models, work, database) as connection:
        failed = failed_tests(models, connection)
    target = home.build / "target"
    target.mkdir(exist_ok=True)
    shutil.copyfile(models.manifest, target / "manifest.json")
    if failed:
        lines = "\n".join(f"  - {line}" for line in failed)
        raise BuildTestFailed(text("build.test_failed", failures=lines, log=home.runs))


def main(manifest: Path) -> None:
    """Run `motcua` with the arguments that follow the manifest's path."""

    def run_dbt(
        command: list[str], database: Path, work: Path, home: Home, progress: Progress = quiet
    ) -> None:
        assert command[0] == "build", command
        run_compiled(read_models(manifest), database, work, home)

    warehouse.build.run_dbt = run_dbt
    cli.main()


if __name__ == "__main__":
    manifest = Path(sys.argv.pop(1))
    main(manifest)
