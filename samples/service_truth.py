"""What the exports tell of how cases were served, counted from the cases' own histories (domain §4, §5).

A column that a file lacks says nothing: the newest earlier file that has it still stands. Where no
file has it, the site's procedures.csv tells of level, fee and joint handling, if the row's procedure
is in it.
"""

from __future__ import annotations

from collections.abc import Iterator

from samples import service
from samples.cases import Case, Seen
from samples.reference import UNSTATED_LEVELS

RECEIVED = (
    "received_count",
    "received_online_count",
    "level_known_count",
    "online_level_count",
    "online_level_online_count",
    "fee_count",
    "payable_count",
    "paid_online_count",
    "digitised_known_count",
    "digitised_count",
    "electronic_file_count",
    "reuse_known_count",
    "reused_count",
    "joint_known_count",
    "joint_count",
)
DONE = (
    "done_count",
    "result_known_count",
    "result_digitised_count",
    "full_digitisation_known_count",
    "fully_digitised_count",
    "delivery_known_count",
    "post_delivery_count",
)
SERVICE_COUNTS = (*RECEIVED, *DONE)


def received_counts(case: Case, states: list[Seen]) -> Iterator[str]:
    """The counts that a case adds one to in the month it was received."""
    is_online = case.channel == service.ONLINE
    yield "received_count"
    if is_online:
        yield "received_online_count"
    level = _level(case, states)
    if level is not None:
        yield "level_known_count"
    if level in ("partial", "full"):
        yield "online_level_count"
        if is_online:
            yield "online_level_online_count"
    yield from _payment(case, states)
    if _teller(states, "digitised"):
        yield "digitised_known_count"
        if service.is_digitised(case):
            yield "digitised_count"
        if is_online or service.is_digitised(case):
            yield "electronic_file_count"
    if _teller(states, "reused"):
        yield "reuse_known_count"
        if service.is_reused(case):
            yield "reused_count"
    is_told = _teller(states, "joint") is not None
    if is_told or states[-1].is_procedure_known:
        yield "joint_known_count"
        if service.is_joint(case) if is_told else service.offered(case).is_joint:
            yield "joint_count"


def done_counts(case: Case, states: list[Seen]) -> Iterator[str]:
    """The counts that a case adds one to in the month it was resolved with a result."""
    yield "done_count"
    told = _teller(states, "result_digitised")
    if told is not None:
        is_electronic = service.is_result_digitised(case, told.completed, told.status)
        yield "result_known_count"
        if is_electronic:
            yield "result_digitised_count"
        if _teller(states, "digitised"):
            yield "full_digitisation_known_count"
            if is_electronic and service.is_digitised(case):
                yield "fully_digitised_count"
    if _teller(states, "delivery"):
        yield "delivery_known_count"
        if service.delivery(case) == service.POST:
            yield "post_delivery_count"


def _teller(states: list[Seen], field: str) -> Seen | None:
    """The newest state whose file has the column."""
    return next((state for state in reversed(states) if field in state.fields), None)


def _level(case: Case, states: list[Seen]) -> str | None:
    is_stated = states[-1].is_procedure_known and case.procedure.code not in UNSTATED_LEVELS
    if is_stated or _teller(states, "service_level"):
        return service.offered(case).level
    return None


def _payment(case: Case, states: list[Seen]) -> Iterator[str]:
    if not case.procedure.fee or not (_teller(states, "fee") or states[-1].is_procedure_known):
        return
    yield "fee_count"
    if _teller(states, "paid_online"):
        yield "payable_count"
        if service.is_paid_online(case):
            yield "paid_online_count"
