"""DAG `backfill_months`: ask for a range of months again, and rebuild what has changed."""

from __future__ import annotations

from typing import Any

from airflow.sdk import chain, dag, task

from dags.alerts import TOO_LONG
from dags.params import PARAMS, month_param
from dags.pulling import ask_units
from dags.runs import only_a_person_can_mend, open_run
from dags.steps import decode_and_publish, reports
from dags.tries import DEFAULTS

DOC = """
### Nạp lại một khoảng kỳ

Hỏi lại tệp của mọi kỳ trong khoảng, kỳ cũ trước → đọc → dựng một lần → kiểm tra → công bố → lập báo cáo từng kỳ.

* Chạy lại không đổi gì nếu các đơn vị không gửi gì khác: tệp trùng được bỏ qua, bản đang công bố được giữ.
* Chạy được cùng lúc với lịch hằng tháng: mỗi lúc chỉ một DAG dựng kho, bản dựng trước không thay bản dựng sau.
* Kỳ đã chốt không đổi số liệu đã ký; chênh lệch được nêu trong báo cáo.
"""


@dag(
    dag_id="backfill_months",
    dag_display_name="Nạp lại một khoảng kỳ",
    description="Nhận lại và dựng lại nhiều kỳ, kỳ cũ trước",
    doc_md=DOC,
    schedule=None,
    catchup=False,
    max_active_runs=1,
    params={
        "site": PARAMS["site"],
        "from_period": month_param("Từ kỳ (YYYY-MM)", "Kỳ đầu của khoảng."),
        "to_period": month_param("Đến kỳ (YYYY-MM)", "Kỳ cuối của khoảng, tính cả kỳ này."),
    },
    tags=["motcua", "nạp lại"],
    default_args=DEFAULTS,
    deadline=TOO_LONG,
)
def backfill_months() -> None:
    """Wire the range, the batches, and the steps that `month_end` has."""

    @task(doc_md="Các kỳ của khoảng, kỳ cũ trước.")
    def months(*, params: Any) -> list[str]:
        from ingestion.periods import PeriodError
        from ingestion.pull import range_asked

        site, _ = open_run()
        with only_a_person_can_mend(PeriodError):
            return range_asked(site, params["from_period"], params["to_period"])

    @task(doc_md="Các kỳ của khoảng có số liệu để lập báo cáo; kỳ chưa đơn vị nào gửi thì bỏ qua.")
    def with_figures(asked: list[str]) -> list[str]:
        from warehouse.status import months_served

        _, home = open_run()
        there = months_served(home)
        return [month for month in asked if month in there]

    asked = months()
    planned, gathered = ask_units("{{ params.from_period }}", "{{ params.to_period }}")
    chain(asked, planned)
    reported = with_figures(asked)
    chain(decode_and_publish([planned, gathered]), reported)
    reports(reported)


DAG_BACKFILL_MONTHS = backfill_months()
