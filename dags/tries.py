"""How often a task is tried, how long it may take, who hears of it, and how many run beside each other."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

from dags.alerts import tell_failed_task

WAREHOUSE_POOL = "motcua_warehouse"
"""One slot: decoding, building and publishing never run twice at the same time, whichever DAG asks."""
PULL_POOL = "motcua_pull"
MAIL_POOL = "motcua_mail"

SECONDS_BETWEEN_TRIES = int(os.environ.get("MOTCUA_SECONDS_BETWEEN_TRIES", "300"))

DEFAULTS: dict[str, Any] = {
    "owner": "motcua",
    # For what mends itself: a server that is down, a worker that was killed. What only a person can mend
    # fails at once (dags.runs.only_a_person_can_mend).
    "retries": 3,
    "retry_delay": timedelta(seconds=SECONDS_BETWEEN_TRIES),
    "retry_exponential_backoff": True,
    "max_retry_delay": timedelta(hours=1),
    "execution_timeout": timedelta(hours=2),
    "on_failure_callback": tell_failed_task,
}
