"""Airflow DAGs (they only wire the steps) and the two ways to run them on one machine."""
