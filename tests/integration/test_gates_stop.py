"""A gate that fails stops publication: what readers have stays, byte for byte (design §3, §7).

The data, or the code, is broken for real; nothing is replaced by a stand-in.
"""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from tests.integration.mini_site import Case, MiniSite, motcua, query
from tests.laws.models import Models
from warehouse.revision import CODE

pytestmark = pytest.mark.integration
JAN, FEB = "2024-01", "2024-02"
ROOMS = ("dags", "dbt_project", "expectations", "ingestion", "motcua", "publishing", "warehouse")


@pytest.fixture(scope="module")
def served(
    tmp_path_factory: pytest.TempPathFactory, no_exports_folder: None, models: Models
) -> MiniSite:
    """January of two units is published; in February one of them has sent its file."""
    mini = MiniSite(tmp_path_factory.mktemp("gates"), models=models)
    mini.send(JAN, "U1", Case(1, completed="22/01/2024"), Case(2))
    mini.send(JAN, "U2", Case(3, completed="15/01/2024"), Case(4))
    said = mini.motcua("month-end", "--period", JAN)
    assert said.code == 0, said.all
    mini.send(FEB, "U1", Case(2, completed="05/02/2024"))
    return mini


@pytest.fixture(scope="module")
def february(served: MiniSite, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A whole build of February, not checked yet: its id, and the file put aside."""
    for step in (("pull", "--period", FEB), ("decode",)):
        assert served.here(*step).code == 0
    said = served.motcua("build", "--json")
    assert said.code == 0, said.all
    aside = tmp_path_factory.mktemp("aside") / "build.duckdb"
    return said.json["build_id"], Path(shutil.move(said.json["path"], aside))


def damaged(served: MiniSite, february: tuple[str, Path], damage: str) -> str:
    """Put the build back with something wrong in it, as a fault of the models would leave it."""
    build_id, aside = february
    path = shutil.copy(aside, served.home.build / f"{build_id}.duckdb")
    with duckdb.connect(str(path)) as connection:
        connection.execute(damage)
        connection.execute("checkpoint")
    return build_id


@pytest.fixture(autouse=True)
def readers_keep_what_they_have(served: MiniSite) -> Iterator[None]:
    """Around every test: the served copy is the same bytes, readable, also to an open reader."""
    path = served.home.serving / "warehouse.duckdb"
    before = hashlib.sha256(path.read_bytes()).hexdigest()
    publications = sorted(served.home.publications.iterdir())
    with duckdb.connect(str(path), read_only=True) as reader:
        yield
        assert query(reader, "select newest_period from meta.build") == [{"newest_period": JAN}]
    assert hashlib.sha256(path.read_bytes()).hexdigest() == before
    assert sorted(served.home.publications.iterdir()) == publications
    kept = sorted(p.name for p in path.parent.glob("*.duckdb*"))
    assert kept == ["analysts.duckdb", "warehouse.duckdb"]
    assert list(served.home.build.glob("*.duckdb*")) == [], "the failed build is gone"
    with duckdb.connect(str(path), read_only=True) as reader:
        assert query(reader, "select count(*) as n from core.fct_case") == [{"n": 4}]


def failed_checks(mini: MiniSite, build_id: str) -> set[str]:
    """The critical checks that results.json names; the page must say them in words."""
    folder = mini.home.quality / build_id
    record = json.loads((folder / "results.json").read_text("utf-8"))
    assert record["passed"] is False
    failed = [r for r in record["results"] if not r["success"] and r["severity"] == "critical"]
    page = (folder / "index.html").read_text("utf-8")
    assert "KHÔNG đạt" in page
    for result in failed:
        assert result["text"] in page
    return {result["check_id"] for result in failed}


def newest_check(mini: MiniSite) -> str:
    """The build that was checked last."""
    return max(mini.home.quality.iterdir(), key=lambda path: path.stat().st_mtime).name


def test_too_few_units_reported(served: MiniSite) -> None:
    """The site asks for all units in the newest month; one has not sent."""
    served.minimum_reported_share = 1.0
    served.write_settings()
    said = served.motcua("month-end", "--period", FEB)
    served.minimum_reported_share = 0.5
    served.write_settings()
    assert said.code == 3, said.all
    assert "số liệu đã công bố vẫn giữ nguyên" in said.errors
    assert "Tỷ lệ đơn vị đã gửi báo cáo" in said.errors
    build_id = newest_check(served)
    assert build_id in said.errors
    assert failed_checks(served, build_id) == {"newest_month_reported"}
    *_, build, check = served.motcua("runs", "--last", "1", "--json").json
    assert (build["step"], build["outcome"]) == ("build", "done")
    assert (check["step"], check["outcome"]) == ("check", "failed")
    assert check["build_id"] == build_id
    assert check["counts"]["gates_failed"] == 1
    assert check["counts"]["gates"] > 80
    assert check["message"] in said.errors


@pytest.mark.parametrize(
    ("damage", "checks"),
    [
        (
            "update mart.mart_unit_month set received_count = received_count + 1 where unit_code = 'U1'",
            {"unit_balance", "sectors_sum_to_unit"},
        ),
        (
            "update quality.load_ledger set rows_accepted = rows_accepted - 1 where unit_code = 'U2'",
            {"ledger_adds_up"},
        ),
        (
            "update core.fct_case set resolution = 'early' where resolution = 'late'",
            {"case_verdict_follows_dates"},
        ),
        # A check that cannot be made has not passed.
        ("drop table mart.mart_official_year", {"official_year_unique"}),
    ],
    ids=["balance", "ledger", "verdict", "missing-table"],
)
def test_a_build_that_is_wrong_is_not_published(
    served: MiniSite, february: tuple[str, Path], damage: str, checks: set[str]
) -> None:
    """A build file is changed between build and check."""
    build_id = damaged(served, february, damage)
    said = served.here("check", build_id, "--json")
    assert said.code == 3, said.all
    assert said.out == ""
    assert failed_checks(served, build_id) >= checks
    said = served.here("publish", build_id)
    assert said.code == 1, "there is no such build any more"
    assert build_id in said.errors


def test_a_failing_test_of_a_law_stops_the_build(served: MiniSite, tmp_path: Path) -> None:
    """A copy of the code with one wrong line in a model: dbt's own tests of the laws see it."""
    for room in ROOMS:
        shutil.copytree(CODE / room, tmp_path / room, ignore=shutil.ignore_patterns("__pycache__"))
    model = tmp_path / "dbt_project" / "models" / "marts" / "mart_unit_month.sql"
    right = model.read_text("utf-8")
    wrong = right.replace("coalesce(s.{{ measure }}_count, 0)", "coalesce(s.received_count, 0)")
    assert wrong != right
    model.write_text(wrong, encoding="utf-8")
    environment = {k: v for k, v in os.environ.items() if not k.startswith("MOTCUA_")}
    # The working folder comes first on the path of `python -m`.
    done = subprocess.run(
        [
            *(sys.executable, "-m", "motcua.cli", "month-end", "--period", FEB),
            *("--site", str(served.directory), "--home", str(served.home.root)),
        ],
        cwd=tmp_path,
        env=environment | {"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        encoding="utf-8",
        check=False,
        timeout=600,  # a hung command, not a slow machine
    )
    assert done.returncode == 3, done.stderr
    assert "Traceback" not in done.stderr
    assert "balance_per_unit_month" in done.stderr
    assert "số liệu đã công bố vẫn giữ nguyên" in done.stderr


def test_a_model_that_cannot_be_built_is_our_fault(served: MiniSite, tmp_path: Path) -> None:
    """A batch of decoded rows that was damaged on disk: exit code 1, and nothing changes."""
    batch = next(served.home.root.glob("raw/*/*.parquet"))
    whole = batch.read_bytes()
    batch.write_bytes(whole[:100])
    said = motcua("build", "--site", str(served.directory), "--home", str(served.home.root))
    batch.write_bytes(whole)
    assert said.code == 1, said.all
    assert "số liệu đã công bố vẫn giữ nguyên" in said.errors
