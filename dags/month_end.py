"""DAG `month_end`: pull, decode, build, check, publish and report one month of one authority.

Every task calls the function that the command line calls, so both give the same result. Nothing is
imported or read here but Airflow itself: the scheduler loads this file again and again.
"""

from __future__ import annotations

import os
from collections import Counter
from datetime import timedelta
from typing import Any

from airflow.sdk import CronTriggerTimetable, chain, dag, task

from dags.params import PARAMS
from dags.progress import step
from dags.runs import only_a_person_can_mend, open_run, run_period

DOC = """
### Chốt số liệu cuối tháng

Nhận tệp của các đơn vị → đọc tệp → dựng kho dữ liệu mới → kiểm tra → công bố → lập báo cáo.

* Chạy lại bao nhiêu lần cũng cho cùng kết quả: kho luôn được dựng lại toàn bộ trong một tệp mới.
* Tệp bị từ chối **không** làm hỏng lần chạy; đơn vị nhận lại tệp cùng danh sách lỗi.
* Kiểm tra không đạt thì dừng, số liệu đã công bố trước đó được giữ nguyên. Lý do nằm trong nhật ký
  của bước `check`.
"""


@dag(
    dag_id="month_end",
    dag_display_name="Chốt số liệu cuối tháng",
    description="Nhận, kiểm tra và công bố số liệu một cửa của một tháng",
    doc_md=DOC,
    # Without a start date and with no grace, a new installation waits for the next 5th instead of
    # running last month at once, before anyone has set up the units.
    schedule=CronTriggerTimetable(
        "0 2 5 * *", timezone="Asia/Ho_Chi_Minh", run_immediately=timedelta(0)
    ),
    catchup=False,
    max_active_runs=1,  # a build is whole: two at once could only wait for each other
    params=PARAMS,
    tags=["motcua", "cuối tháng"],
    default_args={"owner": "motcua", "retries": 0},
)
def month_end() -> None:
    """Wire the six steps; each hands on only what the next one needs to find its input."""

    @task(
        retries=3,
        retry_delay=timedelta(minutes=5),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(hours=1),
        execution_timeout=timedelta(hours=2),
        doc_md="Tải tệp của từng đơn vị. Đơn vị lỗi hoặc chậm không cản đơn vị khác.",
    )
    def pull() -> dict[str, Any]:
        from dags.connections import airflow_connection
        from ingestion.pull import pull as pull_exports
        from ingestion.pull import require_files

        with step("pull") as progress:
            site, home = open_run()
            period = run_period(site)
            report = pull_exports(
                site, home, period, progress=progress, connections=airflow_connection
            )
            require_files(site, home, period, report)
            outcomes = Counter(item.outcome for item in report.items)
            return {"period": period, "files": dict(outcomes)}

    @task(
        execution_timeout=timedelta(hours=2),
        doc_md="Đọc các tệp chưa đọc thành bảng thô; tệp sai mẫu bị từ chối kèm lý do.",
    )
    def decode() -> None:
        from ingestion.decode import decode as decode_submissions

        with step("decode") as progress:
            site, home = open_run()
            decode_submissions(site, home, progress=progress)

    @task(
        execution_timeout=timedelta(hours=2),
        doc_md="Dựng toàn bộ kho dữ liệu (dbt) trong một tệp mới; trả về mã lần dựng.",
    )
    def build() -> str:
        from warehouse.build import build as build_warehouse

        with step("build") as progress:
            site, home = open_run()
            return build_warehouse(site, home, progress=progress).build_id

    @task(
        execution_timeout=timedelta(hours=1),
        doc_md="Các cửa kiểm tra chất lượng. Không đạt: dừng, giữ nguyên số liệu đã công bố.",
    )
    def check(build_id: str) -> str:
        from warehouse.gates import GateFailed
        from warehouse.gates import check as check_build

        # The same figures would fail again.
        with only_a_person_can_mend(GateFailed), step("check") as progress:
            site, home = open_run()
            check_build(site, home, build_id, progress=progress)
        return build_id

    @task(
        execution_timeout=timedelta(minutes=30),
        doc_md="Đổi tệp kho đang phục vụ sang lần dựng đã đạt kiểm tra.",
    )
    def publish(build_id: str) -> str:
        from publishing.snapshot import publish as publish_build

        with step("publish") as progress:
            site, home = open_run()
            return publish_build(site, home, build_id, progress=progress).publication_id

    @task(
        execution_timeout=timedelta(hours=1),
        doc_md="Lập biểu II.06a và các tệp trả lại đơn vị.",
    )
    def report(period: str) -> int:
        from publishing.month_files import write_month

        with step("report") as progress:
            site, home = open_run()
            return len(write_month(site, home, period, progress=progress))

    @task(
        retries=3,
        retry_delay=timedelta(minutes=5),
        retry_exponential_backoff=True,
        max_retry_delay=timedelta(hours=1),
        execution_timeout=timedelta(hours=2),
        doc_md="Nạp số liệu đã công bố vào PostgreSQL cho công cụ báo cáo (Power BI, Excel).",
    )
    def publish_postgres() -> str:
        from dags.connections import airflow_connection
        from publishing.postgres.publication import publish_postgres as publish_served
        from publishing.postgres.target import configured

        with step("publish_postgres") as progress:
            site, home = open_run()
            target = configured(airflow_connection)
            return publish_served(site, home, target, progress=progress).build_id

    pulled, built = pull(), build()
    chain(pulled, decode(), built)
    published = publish(check(built))
    chain(published, report(pulled["period"]))
    if os.environ.get("MOTCUA_POSTGRES"):  # beside the reports: neither waits for the other
        chain(published, publish_postgres())


DAG_MONTH_END = month_end()
