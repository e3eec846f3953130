# One image for every service of docker-compose.yml.
FROM python:3.11-slim-bookworm AS packages
COPY requirements-setup.txt requirements.txt /tmp/
RUN python -m venv /opt/venv \
    && /opt/venv/bin/python -m pip install --no-cache-dir --require-hashes -r /tmp/requirements-setup.txt \
    && /opt/venv/bin/uv pip install --no-cache --compile-bytecode --python /opt/venv/bin/python \
        --require-hashes -r /tmp/requirements.txt \
    && /opt/venv/bin/python -m pip uninstall --yes uv

FROM python:3.11-slim-bookworm
RUN useradd --uid 10001 --user-group --create-home motcua \
    && install --directory --owner motcua --group motcua --mode 0700 /var/lib/airflow /var/lib/motcua
COPY --from=packages /opt/venv /opt/venv
WORKDIR /opt/motcua
COPY . .
RUN /opt/venv/bin/python -m pip install --no-cache-dir --no-deps --no-build-isolation --editable .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUTF8=1 \
    PYTHONUNBUFFERED=1 \
    AIRFLOW_HOME=/var/lib/airflow \
    AIRFLOW__CORE__DAGS_FOLDER=/opt/motcua/dags \
    MOTCUA_HOME=/var/lib/motcua \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    GX_ANALYTICS_ENABLED=false
USER motcua
CMD ["motcua", "--help"]
