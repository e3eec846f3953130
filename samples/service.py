"""How each case was served: what its exports can say of it, as far as a shape has the column."""

from __future__ import annotations

from samples.cases import Case
from samples.reference import Offer, offer

SERVICE_FIELDS = frozenset(
    {"service_level", "fee", "paid_online", "digitised", "result_digitised", "reused", "delivery", "joint"}
)  # fmt: skip
ONLINE, POST = 1, 2


def offered(case: Case) -> Offer:
    """How the case's procedure is offered."""
    return offer(case.procedure.code)


def is_paid_online(case: Case) -> bool:
    """Online payers are most of those who file online."""
    return bool(case.procedure.fee) and case.channel == ONLINE and case.person % 5 > 0


def is_digitised(case: Case) -> bool:
    """Seven in ten have their papers digitised."""
    return case.person % 10 < 7


def is_result_digitised(case: Case, completed: int | None, status: str) -> bool:
    """Five in eight results are electronic, once there is a result."""
    is_done = completed is not None and status not in ("withdrawn", "refused")
    return is_done and case.person % 8 < 5


def is_reused(case: Case) -> bool:
    """One in four of the digitised ones used data that was there already."""
    return is_digitised(case) and case.person % 4 == 0


def delivery(case: Case) -> int:
    """0 direct, 1 online, 2 post: as they came, but some of all are sent by post."""
    if case.channel == POST or case.person % 9 == 0:
        return POST
    return ONLINE if case.channel == ONLINE and case.person % 3 == 0 else 0


def is_joint(case: Case) -> bool:
    """Of a joint procedure's cases some are handled by one agency alone, which only exports tell."""
    return offered(case).is_joint and case.person % 6 > 0
