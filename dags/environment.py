"""Airflow's settings on one machine. Settings, not a file: they must hold before its import."""

from __future__ import annotations

import os
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def airflow_environment(home: Path, name: str) -> dict[str, str]:
    """Environment variables for an Airflow of its own below `home`/airflow/`name`.

    Each name has its own database: a scheduler that shared one with an in-process run would start
    that run's tasks a second time.
    """
    folder = (home / "airflow" / name).resolve()
    settings = {
        "CORE__DAGS_FOLDER": str(ROOT / "dags"),
        "CORE__LOAD_EXAMPLES": "False",
        "CORE__DEFAULT_TIMEZONE": "Asia/Ho_Chi_Minh",
        "CORE__PARALLELISM": "4",  # the default of 32 workers takes more than 5 GB
        "DATABASE__SQL_ALCHEMY_CONN": f"sqlite:///{folder / 'airflow.db'}",
        "LOGGING__BASE_LOG_FOLDER": str(folder / "logs"),
        "SCHEDULER__ENABLE_HEALTH_CHECK": "False",
        "USAGE_DATA_COLLECTION__ENABLED": "False",
    }
    return {
        "AIRFLOW_HOME": str(folder),
        "MOTCUA_HOME": str(home.resolve()),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
        "GX_ANALYTICS_ENABLED": "false",
        **{f"AIRFLOW__{key}": value for key, value in settings.items()},
    }


def project_environment(settings: dict[str, str]) -> dict[str, str]:
    """This process's environment with `settings`, for a child that imports the project."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, **settings, "PYTHONPATH": os.pathsep.join(paths)}
