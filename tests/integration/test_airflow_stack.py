"""Months on the services of docker-compose.yml: a real scheduler with LocalExecutor on PostgreSQL.

One stack for all tests, in their order, as a data team lives with it: the schedule starts, a unit is
late and a server is down, a worker and the scheduler are killed, a person signs, a range is loaded again.
"""

import json
import re
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import psutil
import pytest

from dags.serve import free_port
from ingestion.home import Home
from ingestion.periods import next_period, period_of, previous_period
from samples.generate import generate
from tests.integration.airflow_client import SECONDS_TO_RUN, Client, password_of
from tests.integration.airflow_stack import Stack, running_stack
from tests.integration.lineage import flows, read_events
from tests.integration.mail_sink import Letter, MailSink, mail_sink
from warehouse.closing_store import read_closings
from warehouse.served import rows, served

pytestmark = [pytest.mark.integration, pytest.mark.timeout(1800)]

HANOI = ZoneInfo("Asia/Ho_Chi_Minh")
LATE, DOWN = "DV00002", "DV00004"
"""A unit whose files are not there yet, and one whose server does not answer."""
OFFICE, TEAM = "noi-vu@tinh.example", "du-lieu@tinh.example"
DAGS = ["backfill_months", "close_month", "month_end", "pull_exports", "remind_units"]
HELD_BACK = "held-back"


@dataclass
class Installation:
    """The stack, its site and home, the mail that went out, and an operator who is logged in."""

    stack: Stack
    site: Path
    mail: MailSink
    months: tuple[str, str]
    client: Client

    @property
    def home(self) -> Home:
        """The data folder that the services work on."""
        return Home(self.stack.folder / "home")

    @property
    def exports(self) -> Path:
        """Where the units' files arrive."""
        return self.stack.folder / "exports"

    def operate(self, pull: str) -> None:
        """Write the site's hours and mailboxes."""
        mail = {"office": [OFFICE], "data_team": [TEAM], "units": {LATE: ["phuong@tinh.example"]}}
        mail["sender"] = "motcua@tinh.example"
        written = f"pull: {pull}\nbatch_units: 2\nmail: {json.dumps(mail)}\n"
        (self.site / "operations.yml").write_text(written, "utf-8")

    def answer(self, run: str, option: str, **form: str) -> dict[str, Any]:
        """Answer the approval of a run; what it showed.

        Airflow 3.3 fails a task whose answer comes before its scheduler has heard that the worker let go
        of it: a second or so, which no person needs less of to read a page.
        """
        which = re.escape(run.rpartition("/")[2])
        heard = f"executor event with state success for task instance.*'approve'.*{which}"
        self.client.wait(run, "awaiting_input", task="approve")
        deadline = time.monotonic() + SECONDS_TO_RUN
        while not re.search(heard, (self.stack.folder / "scheduler.log").read_text("utf-8")):
            assert time.monotonic() < deadline
            time.sleep(1)
        return self.client.answer(run, option, **form)

    def figures(self, query: str) -> list[dict[str, Any]]:
        """Ask the served file."""
        with served(self.home) as connection:
            return rows(connection, query)

    def build_id(self) -> str:
        """The build that readers have."""
        return str(self.figures("select build_id from meta.build")[0]["build_id"])

    def reported(self) -> list[tuple[str, str]]:
        """The units and months with figures."""
        found = self.figures(
            "select unit_code, period from mart.mart_unit_month where is_reported order by all"
        )
        return [(row["unit_code"], row["period"]) for row in found]

    def require_no_doubles(self) -> None:
        """Every file counts once and every row of it is accounted for."""
        ledger = self.figures(
            "select count(*) as files, count(distinct submission_id) as submissions,"
            " sum(rows_read - rows_accepted - rows_rejected - rows_duplicate - rows_ignored) as lost"
            " from quality.load_ledger where is_current"
        )[0]
        assert ledger["files"] == ledger["submissions"]
        assert ledger["lost"] == 0
        twice = self.figures(
            "select unit_code, feed, period from quality.load_ledger where is_current group by all"
            " having count(*) > 1"
        )
        assert twice == []


@pytest.fixture(scope="module")
def it(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("stack")
    site, exports = folder / "site", folder / "exports"
    last = previous_period(period_of(datetime.now(HANOI).date()))
    months = (previous_period(last), last)
    generate(site, exports, units=5, months=2, start=months[0], cases_per_unit_month=20, dirt=0.0)
    for path in list(exports.rglob(f"{LATE}_*.csv")):
        away = folder / HELD_BACK / path.relative_to(exports)
        away.parent.mkdir(parents=True, exist_ok=True)
        path.rename(away)
    sources = (site / "sources.yml").read_text("utf-8")
    mended = f'{{unit: {DOWN}, uri: "{{period}}/'
    assert mended in sources
    broken = f'{{unit: {DOWN}, connection: may_chu, uri: "sftp://127.0.0.1:9/{{period}}/'
    (site / "sources.yml").write_text(sources.replace(mended, broken), "utf-8")
    port = free_port(0)
    smtp = {"conn_type": "smtp", "host": "127.0.0.1", "port": port}
    smtp["extra"] = {"disable_ssl": True, "disable_tls": True, "timeout": 5}
    extra = {
        "MOTCUA_SITE": str(site),
        "MOTCUA_SECONDS_BETWEEN_TRIES": "1",
        "MOTCUA_LONGEST_RUN_MINUTES": "0.05",
        "MOTCUA_CONNECTION_MAY_CHU": '{"login": "x", "password": "y", "connect_seconds": 1}',
        "AIRFLOW_CONN_SMTP_DEFAULT": json.dumps(smtp),
        "AIRFLOW__OPENLINEAGE__DISABLED": "False",
        # A worker or a scheduler that was killed is missed sooner than the default minutes.
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT": "20",
        "AIRFLOW__SCHEDULER__TASK_INSTANCE_HEARTBEAT_TIMEOUT_DETECTION_INTERVAL": "5",
        "AIRFLOW__SCHEDULER__ORPHANED_TASKS_CHECK_INTERVAL": "10",
        "AIRFLOW__SCHEDULER__SCHEDULER_HEALTH_CHECK_THRESHOLD": "15",
        "AIRFLOW__DAG_PROCESSOR__MIN_FILE_PROCESS_INTERVAL": "5",
    }
    with mail_sink(port) as mail, running_stack(folder, extra) as stack:
        address = f"http://127.0.0.1:{stack.port}"
        client = Client(address, password_of(folder / "airflow"))
        yield Installation(stack, site, mail, months, client)
        assert stack.stop() == []


def test_the_services_know_every_dag_and_pool(it: Installation) -> None:
    deadline = time.monotonic() + 120
    while len(it.client.ask("/api/v2/dags")["dags"]) < len(DAGS) and time.monotonic() < deadline:
        time.sleep(1)
    assert sorted(dag["dag_id"] for dag in it.client.ask("/api/v2/dags")["dags"]) == DAGS
    assert it.client.ask("/api/v2/importErrors")["import_errors"] == []
    pools = {pool["name"]: pool["slots"] for pool in it.client.ask("/api/v2/pools")["pools"]}
    assert pools["motcua_warehouse"] == 1
    assert {"motcua_pull", "motcua_mail"} <= pools.keys()
    for dag in DAGS:
        it.client.ask(f"/api/v2/dags/{dag}", {"is_paused": False}, "PATCH")


def test_the_schedule_pulls_and_one_bad_unit_stops_nobody(it: Installation) -> None:
    """The hour is written while the services run; the bad unit's batch is red, its mates are in."""
    while not it.client.runs("pull_exports"):
        # A machine that is slow to read the new hour may miss it: then the next minute is written.
        soon = datetime.now(HANOI).replace(second=0) + timedelta(seconds=75)
        it.operate(f"{{days: 1-31, hour: {soon.hour}, minute: {soon.minute}}}")
        while not it.client.runs("pull_exports") and datetime.now(HANOI) < soon:
            time.sleep(1)
    run = it.client.wait_for_run("pull_exports", 1)
    it.client.wait(run, "success")
    assert it.client.ask(run)["run_type"] == "scheduled"
    tasks = it.client.tasks(run)
    others = dict.fromkeys(("plan", "gather", "arrived", "tell_not_fetched"), "success")
    assert tasks == {**others, "pull": "failed success success"}
    named = {t["rendered_map_index"]: t["state"] for t in it.client.instances(run)}
    assert named["DV00003 … DV00004"] == "failed"
    assert named["DV00005 … DV00005"] == "success"
    (letter,) = (found for found in it.mail.letters if "không tải được" in found.subject)
    assert letter.subject == "[motcua] pull_exports: 2 tệp không tải được"
    assert letter.to == [TEAM]
    assert all(f"{DOWN} {month}: " in letter.body for month in it.months)


def test_a_killed_worker_is_replaced_and_doubles_nothing(it: Installation) -> None:
    """`month_end` was started by what came in; its build is shot, with all that belongs to it."""
    run = it.client.wait_for_run("month_end", 1)
    assert it.client.ask(run)["run_type"] == "asset_triggered"
    kill_task(it, run, "build")
    it.client.wait(run, "success")
    (build,) = (t for t in it.client.instances(run) if t["task_id"] == "build")
    assert build["try_number"] == 2
    assert it.reported() == [
        (unit, month) for unit in ("DV00001", "DV00003", "DV00005") for month in it.months
    ]
    it.require_no_doubles()
    assert len(list(it.home.build.glob("*.duckdb"))) == 0
    forms = [it.home.reports / month / f"Bieu-II.06a-{month}.xlsx" for month in it.months]
    assert all(form.exists() for form in forms)

    slow = it.mail.wait(
        lambda found: "month_end" in found.subject and "quá thời hạn" in found.subject
    )
    assert slow.to == [TEAM]
    require_postgres(it)


def require_postgres(it: Installation) -> None:
    """What analysts read in PostgreSQL is what is served, to the last case."""
    query = (
        "select build_id, (select sum(received_count) from mart.mart_unit_month) from meta.build"
    )
    read = (
        "from publishing.postgres.target import configured, connected\n"
        "with connected(configured()) as connection:\n"
        f"    print(*connection.execute({query!r}).fetchone())"
    )
    told = it.stack.run("scheduler", [sys.executable, "-c", read])
    with served(it.home) as connection:
        found = connection.execute(query).fetchone()
    assert found is not None
    assert told.stdout.split() == [str(value) for value in found], told.stderr


def kill_task(it: Installation, run: str, task: str) -> None:
    """Wait until the task is at work, then kill its worker and everything the worker started."""
    it.client.wait(run, "running", task=task)
    dbt = wait_for_dbt(it)
    family = [dbt, *dbt.parents()]
    worker = next(p for p in family if "LocalExecutor" in " ".join(p.cmdline()))
    for process in [*worker.children(recursive=True), worker]:
        process.kill()


def wait_for_dbt(it: Installation) -> psutil.Process:
    """Wait until a build is in the middle of its work."""
    deadline = time.monotonic() + SECONDS_TO_RUN
    while time.monotonic() < deadline:
        if dbt := it.stack.find("warehouse.dbt_process", str(it.home.build)):
            return dbt
        time.sleep(0.2)
    pytest.fail("no build came to work")


def test_the_record_of_runs_tells_what_each_run_did(it: Installation) -> None:
    """A Parquet file a month, for any client; of a task that was killed there is no line."""
    with duckdb.connect() as connection:
        steps = rows(
            connection,
            "select work, started_by, step, part, outcome, rows_accepted, files_failed, try_number"
            f" from read_parquet('{it.home.serving}/runs/*.parquet') order by began_at",
        )
    pulls = [row for row in steps if row["step"] == "pull"]
    assert {row["started_by"] for row in pulls} == {"schedule"}
    failed = [row for row in pulls if row["part"] == "DV00003 … DV00004"]
    assert [row["outcome"] for row in failed] == ["failed"] * 4  # the first try and three more
    assert failed[-1]["files_failed"] == len(it.months)
    (built,) = (row for row in steps if row["step"] == "build")
    assert (built["started_by"], built["outcome"], built["try_number"]) == ("asset", "done", 2)
    accepted = it.figures(
        "select sum(rows_accepted) as n from quality.load_ledger where is_current"
    )
    assert built["rows_accepted"] == accepted[0]["n"] > 0


def test_lineage_follows_the_data_from_the_files_to_the_reports(it: Installation) -> None:
    found = flows(read_events(it.home.root / "lineage.jsonl"))
    assert found["pull_exports.arrived"].outputs == {"landing"}
    assert found["month_end.decode"].inputs == {"landing"}
    assert found["month_end.decode"].outputs == {"raw"}
    assert found["month_end.publish"].outputs == {"core", "mart"}
    assert found["month_end.report"].outputs == {"reports"}
    assert found["month_end.publish_postgres"].inputs == {"mart"}


def digests(it: Installation) -> list[Letter]:
    return [found for found in it.mail.letters if found.to == [OFFICE, TEAM]]


def test_the_digest_goes_out_once_though_the_mail_server_was_not_ready(it: Installation) -> None:
    it.mail.refuse = True
    run = it.client.start("remind_units")
    it.client.wait(run, "up_for_retry", task="send_digest")
    it.mail.refuse = False
    it.client.wait(run, "success")
    (digest,) = digests(it)
    assert digest.sender == "motcua@tinh.example"
    assert LATE in digest.body
    assert DOWN in digest.body
    assert [name for name in digest.files if name.endswith(".xlsx")]
    unit = it.mail.wait(lambda found: found.to == ["phuong@tinh.example"])
    assert it.months[0][5:] in unit.body

    again = it.client.start("remind_units")
    it.client.wait(again, "success")
    assert it.client.tasks(again)["digest"] == "skipped"
    assert len(digests(it)) == 1


def test_a_late_file_is_rebuilt_through_a_killed_scheduler_beside_other_runs(
    it: Installation,
) -> None:
    before, others = it.build_id(), figures_of_others(it)
    for path in list((it.stack.folder / HELD_BACK).rglob("*.csv")):
        path.rename(it.exports / path.relative_to(it.stack.folder / HELD_BACK))
    it.client.wait(it.client.start("pull_exports", period=it.months[1]), "success")
    run = it.client.wait_for_run("month_end", 2)
    beside = [it.client.start("month_end", period=it.months[1]) for _ in range(2)]
    wait_for_dbt(it)
    it.stack.kill("scheduler")
    it.stack.start("scheduler")
    for each in (run, *beside):
        it.client.wait(each, "success")
    assert (LATE, it.months[0]) in it.reported()
    assert (LATE, it.months[1]) in it.reported()
    assert figures_of_others(it) == others
    it.require_no_doubles()
    published = sorted(path.stem for path in it.home.publications.glob("*.json"))
    assert published == [before, it.build_id()]  # the runs beside found nothing new to build
    require_postgres(it)


def figures_of_others(it: Installation) -> list[dict[str, Any]]:
    return it.figures(
        "select unit_code, period, received_count, resolved_count, resolved_late_count, pending_count"
        f" from mart.mart_unit_month where unit_code not in ('{LATE}', '{DOWN}') order by all"
    )


def test_what_is_done_is_told_once(it: Installation) -> None:
    it.client.wait(it.client.start("remind_units"), "success")
    first, second = digests(it)
    assert "đã xong" in second.subject
    assert "0 việc đã xong" in first.subject
    assert "0 việc đã xong" not in second.subject


def test_a_person_keeps_a_month_open_then_signs_it(it: Installation) -> None:
    month = it.months[0]
    kept = it.client.start("close_month", period=month)
    page = it.answer(kept, "Chưa chốt")
    assert "| Tiếp nhận trong kỳ |" in page["body"]
    assert page["subject"] == f"Chốt số liệu kỳ {month}?"
    it.client.wait(kept, "success")
    tasks = it.client.tasks(kept)
    assert tasks["sign"] == tasks["build"] == tasks["report"] == "skipped"
    assert read_closings(it.home) == []

    signing = it.client.start("close_month", period=month)
    form = {"signer": "Nguyễn An", "reason": "Báo cáo tháng", "without": DOWN}
    it.answer(signing, "Chốt", **form)
    it.client.wait(signing, "success")
    (closing,) = read_closings(it.home)
    assert (closing.period, closing.version, closing.status) == (month, 1, "in_force")
    assert closing.closed_by == "Nguyễn An (tài khoản admin)"
    assert closing.reason == "Báo cáo tháng"
    states = it.figures("select distinct period, maturity from mart.mart_unit_month order by all")
    assert [row["maturity"] for row in states] == ["closed", "provisional"]


def test_a_range_is_loaded_again_beside_the_schedule_and_moves_nothing_signed(
    it: Installation,
) -> None:
    """A corrected file of the signed month comes in; then nothing, and nothing is built."""
    first, last = it.months
    path = next((it.exports / first).glob("DV00001_*.csv"))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(lines[:-1]))
    before = it.build_id()
    beside = it.client.start("pull_exports", period=last)
    run = it.client.start("backfill_months", from_period=first, to_period=last)
    it.client.wait(run, "success")
    it.client.wait(beside, "success")
    named = [t["rendered_map_index"] for t in it.client.instances(run) if t["task_id"] == "report"]
    assert sorted(named) == [first, last]
    for each in it.client.runs("month_end"):
        it.client.wait(f"/api/v2/dags/month_end/dagRuns/{each['dag_run_id']}", "success")
    after = it.build_id()
    assert after > before
    it.require_no_doubles()
    assert len(it.figures("select * from mart.mart_restatement")) > 0
    require_postgres(it)

    beyond = next_period(last)  # a month that nobody has sent yet has no reports
    again = it.client.start("backfill_months", from_period=first, to_period=beyond)
    it.client.wait(again, "success")
    assert it.client.tasks(again)["report"] == "success success"
    assert it.build_id() == after


def test_a_range_that_is_none_says_so(it: Installation) -> None:
    run = it.client.start("backfill_months", from_period=it.months[1], to_period=it.months[0])
    it.client.wait(run, "failed")
    assert it.client.tasks(run)["decode"] == "upstream_failed"
    told = "[motcua] backfill_months: bước"
    it.mail.wait(lambda found: found.subject.startswith(told))
    (letter,) = (found for found in it.mail.letters if found.subject.startswith(told))
    assert "sau kỳ cuối" in letter.body
