"""The tasks from received files to what is read. `month_end` and `backfill_months` wire the same ones."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import chain, task

from dags.assets import CORE, MART, POSTGRES, RAW, RECEIVED, REPORTS
from dags.runs import at_work, only_a_person_can_mend
from dags.tries import WAREHOUSE_POOL


@task(
    pool=WAREHOUSE_POOL,
    inlets=[RECEIVED],
    outlets=[RAW],
    doc_md="Đọc các tệp chưa đọc thành bảng thô; tệp sai mẫu bị từ chối kèm lý do.",
)
def decode() -> None:
    """Read what was received and not yet read."""
    from ingestion.decode import decode as decode_submissions
    from publishing.run_counts import of_decode

    with at_work("decode") as work:
        done = decode_submissions(work.site, work.home, progress=work.progress)
        work.record.counts.update(of_decode(done))


@task(
    pool=WAREHOUSE_POOL,
    inlets=[RAW],
    doc_md="Dựng toàn bộ kho dữ liệu (dbt) trong một tệp mới; không có gì mới thì giữ bản đang công bố.",
)
def build() -> str:
    """Build from what is there; the id of the served build where building again would change nothing."""
    from publishing.run_counts import of_build
    from warehouse.build import BuildTestFailed
    from warehouse.build import build as build_warehouse
    from warehouse.status import current_build

    with only_a_person_can_mend(BuildTestFailed), at_work("build") as work:
        if current := current_build(work.site, work.home):
            work.record.build_id, work.record.outcome = current, "skipped"
            return current
        built = build_warehouse(work.site, work.home, progress=work.progress)
        work.record.build_id = built.build_id
        work.record.counts.update(of_build(built))
        return built.build_id


@task(
    pool=WAREHOUSE_POOL,
    doc_md="Các cửa kiểm tra chất lượng. Không đạt: dừng, giữ nguyên số liệu đã công bố.",
)
def check(build_id: str) -> str:
    """Run the gates on a build, unless readers have it or a newer one."""
    from publishing.run_counts import of_check
    from publishing.snapshot import readers_have
    from warehouse.gates import GateFailed
    from warehouse.gates import check as check_build

    # The same figures would fail again.
    with only_a_person_can_mend(GateFailed), at_work("check") as work:
        work.record.build_id = build_id
        if readers_have(work.home, build_id):
            work.record.outcome = "skipped"
        else:
            found = check_build(work.site, work.home, build_id, progress=work.progress)
            work.record.counts.update(of_check(found))
    return build_id


@task(
    pool=WAREHOUSE_POOL,
    execution_timeout=timedelta(minutes=30),
    outlets=[CORE, MART],
    doc_md="Đổi tệp kho đang phục vụ sang lần dựng đã đạt kiểm tra.",
)
def publish(build_id: str) -> str:
    """Put a checked build before the readers, unless a run beside this one has published a newer one."""
    from publishing.snapshot import PublishedNewer
    from publishing.snapshot import publish as publish_build

    with at_work("publish") as work:
        work.record.build_id = build_id
        try:
            done = publish_build(work.site, work.home, build_id, progress=work.progress)
        except PublishedNewer as newer:  # it holds all that this build holds
            work.record.outcome, work.record.message = "skipped", str(newer)
            return build_id
    return done.publication_id


@task(
    execution_timeout=timedelta(hours=1),
    inlets=[MART],
    outlets=[REPORTS],
    doc_md="Lập biểu II.06a, các bảng xếp hạng và các tệp trả lại đơn vị.",
)
def report(period: str) -> int:
    """Write the files of a month; how many."""
    from publishing.month_files import write_month
    from publishing.reports import PeriodNotServed
    from publishing.run_counts import of_report

    with only_a_person_can_mend(PeriodNotServed), at_work("report", period=period) as work:
        written = write_month(work.site, work.home, period, progress=work.progress)
        work.record.counts.update(of_report(work.home, period, written))
    return len(written)


@task(
    inlets=[MART],
    outlets=[POSTGRES],
    doc_md="Nạp số liệu đã công bố vào PostgreSQL cho công cụ báo cáo (Power BI, Excel).",
)
def publish_postgres() -> str:
    """Publish what is served to PostgreSQL."""
    from dags.connections import airflow_connection
    from publishing.postgres.publication import publish_postgres as publish_served
    from publishing.postgres.target import configured
    from publishing.run_counts import of_postgres

    with at_work("publish_postgres") as work:
        target = configured(airflow_connection)
        done = publish_served(work.site, work.home, target, progress=work.progress)
        work.record.build_id = done.build_id
        work.record.counts.update(of_postgres(done))
        work.record.message = "; ".join(done.notes) or None
    return done.build_id


def build_and_publish(before: Any) -> Any:
    """Wire the steps from what is there to what is read, after the task `before`; the task `publish`."""
    built = build()
    chain(before, built)
    published = publish(check(built))
    if os.environ.get("MOTCUA_POSTGRES"):  # beside the reports: neither waits for the other
        chain(published, publish_postgres())
    return published


def decode_and_publish(before: Any) -> Any:
    """Wire all steps from received files to what is read, after the task `before`; the task `publish`."""
    decoded = decode()
    chain(before, decoded)
    return build_and_publish(decoded)


def reports(months: Any) -> Any:
    """Wire the reports of `months` (a task's result), one month after the other."""
    return report.override(
        map_index_template="{{ task.op_kwargs['period'] }}",
        max_active_tis_per_dagrun=1,  # oldest first: each month's changes are told once
    ).expand(period=months)
