"""Deterministic sample exports of one-stop case systems, with the truth they were made from."""
