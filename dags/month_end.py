"""DAG `month_end`: decode, build, check, publish and report what `pull_exports` has received.

Every task calls the function that the command line calls, so both give the same result. Nothing is
imported or read here but Airflow itself: the scheduler loads this file again and again.
"""

from __future__ import annotations

from airflow.sdk import chain, dag, task

from dags.alerts import TOO_LONG
from dags.assets import RECEIVED
from dags.params import PARAMS
from dags.runs import open_run, run_periods
from dags.steps import decode_and_publish, reports
from dags.tries import DEFAULTS

DOC = """
### Chốt số liệu cuối tháng

Đọc tệp đã nhận → dựng kho dữ liệu mới → kiểm tra → công bố → lập báo cáo.

* Chạy khi DAG `pull_exports` nhận được gì mới. Chạy tay: dựng lại từ những gì đã nhận.
* Chạy lại bao nhiêu lần cũng cho cùng kết quả: kho luôn được dựng lại toàn bộ trong một tệp mới; không có gì
  mới thì giữ nguyên bản đang công bố.
* Tệp bị từ chối **không** làm hỏng lần chạy; đơn vị nhận lại tệp cùng danh sách lỗi.
* Kiểm tra không đạt thì dừng, số liệu đã công bố trước đó được giữ nguyên. Lý do nằm trong nhật ký
  của bước `check`.
"""


@dag(
    dag_id="month_end",
    dag_display_name="Chốt số liệu cuối tháng",
    description="Đọc, kiểm tra và công bố số liệu một cửa đã nhận",
    doc_md=DOC,
    schedule=[RECEIVED],
    catchup=False,
    max_active_runs=1,  # a build is whole: two at once could only wait for each other
    params=PARAMS,
    tags=["motcua", "cuối tháng"],
    default_args=DEFAULTS,
    deadline=TOO_LONG,
)
def month_end() -> None:
    """Wire the months of the run and the steps; each hands on only what the next one needs."""

    @task(doc_md="Các kỳ mà lần chạy này lập báo cáo: kỳ có tệp mới, hoặc kỳ ghi trong biểu mẫu.")
    def months() -> list[str]:
        site, _ = open_run()
        return run_periods(site)

    asked = months()
    chain(decode_and_publish(asked), reports(asked))


DAG_MONTH_END = month_end()
