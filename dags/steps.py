"""The tasks from received files to what is read. `month_end` and `backfill_months` wire the same ones."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from airflow.sdk import chain, task

from dags.assets import CORE, MART, POSTGRES, RAW, RECEIVED, REPORTS
from dags.progress import step
from dags.runs import only_a_person_can_mend, open_run
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

    with step("decode") as progress:
        site, home = open_run()
        decode_submissions(site, home, progress=progress)


@task(
    pool=WAREHOUSE_POOL,
    inlets=[RAW],
    doc_md="Dựng toàn bộ kho dữ liệu (dbt) trong một tệp mới; không có gì mới thì giữ bản đang công bố.",
)
def build() -> str:
    """Build from what is there; the id of the served build where building again would change nothing."""
    from warehouse.build import BuildTestFailed
    from warehouse.build import build as build_warehouse
    from warehouse.status import current_build

    with only_a_person_can_mend(BuildTestFailed), step("build") as progress:
        site, home = open_run()
        current = current_build(site, home)
        return current or build_warehouse(site, home, progress=progress).build_id


@task(
    pool=WAREHOUSE_POOL,
    doc_md="Các cửa kiểm tra chất lượng. Không đạt: dừng, giữ nguyên số liệu đã công bố.",
)
def check(build_id: str) -> str:
    """Run the gates on a build that is not published yet."""
    from publishing.snapshot import is_published
    from warehouse.gates import GateFailed
    from warehouse.gates import check as check_build

    # The same figures would fail again.
    with only_a_person_can_mend(GateFailed), step("check") as progress:
        site, home = open_run()
        if not is_published(home, build_id):
            check_build(site, home, build_id, progress=progress)
    return build_id


@task(
    pool=WAREHOUSE_POOL,
    execution_timeout=timedelta(minutes=30),
    outlets=[CORE, MART],
    doc_md="Đổi tệp kho đang phục vụ sang lần dựng đã đạt kiểm tra.",
)
def publish(build_id: str) -> str:
    """Put a checked build before the readers, unless a run beside this one has published a newer one."""
    import logging

    from publishing.snapshot import PublishedNewer
    from publishing.snapshot import publish as publish_build

    with step("publish") as progress:
        site, home = open_run()
        try:
            return publish_build(site, home, build_id, progress=progress).publication_id
        except PublishedNewer as newer:  # it holds all that this build holds
            logging.getLogger("airflow.task").info("%s", newer)
            return build_id


@task(
    execution_timeout=timedelta(hours=1),
    inlets=[MART],
    outlets=[REPORTS],
    doc_md="Lập biểu II.06a, các bảng xếp hạng và các tệp trả lại đơn vị.",
)
def report(period: str) -> int:
    """Write the files of a month; how many."""
    from publishing.month_files import write_month

    with step("report") as progress:
        site, home = open_run()
        return len(write_month(site, home, period, progress=progress))


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

    with step("publish_postgres") as progress:
        site, home = open_run()
        target = configured(airflow_connection)
        return publish_served(site, home, target, progress=progress).build_id


def from_received_to_reports(before: Any, months: Any) -> None:
    """Wire the steps after the task `before`; reports for each of `months` (a task's result), one by one."""
    built = build()
    chain(before, decode(), built)
    published = publish(check(built))
    written = report.override(
        map_index_template="{{ task.op_kwargs['period'] }}",
        max_active_tis_per_dagrun=1,  # oldest first: each month's changes are told once
    ).expand(period=months)
    chain(published, written)
    if os.environ.get("MOTCUA_POSTGRES"):  # beside the reports: neither waits for the other
        chain(published, publish_postgres())
