"""The two ways in which a request fails: the server said no, or nobody answered in time."""

from __future__ import annotations

from typing import Any


class Refused(Exception):
    """The server will not do this request as it is: wrong names, a missing scope, a body that cannot be read."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        words = [problem.get("title", f"status {status}"), problem.get("detail"), problem.get("help")]
        super().__init__(": ".join(word for word in words if word))
        self.status = status
        self.problem = problem


class Outage(Exception):
    """Nobody answered in time, or the server cannot at the moment."""
