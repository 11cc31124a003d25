"""Requests over connections that stay open, one for each thread. Knows nothing of decisions."""

from __future__ import annotations

import http.client
import json
import threading
import time
from typing import Any
from urllib.parse import urlsplit

from .error import Outage, Refused

_READS = {"/v1/decide"}
"""Paths that read although they are sent with a body."""


class Wire:
    """Sends requests to one server."""

    def __init__(self, url: str, key: str) -> None:
        parts = urlsplit(url)
        if parts.scheme not in ("http", "https") or parts.hostname is None:
            raise ValueError("the URL of Abide looks like `https://abide.internal:8401`")
        self._parts = parts
        self._headers = {"authorization": f"Bearer {key}", "content-type": "application/json"}
        self._local = threading.local()

    def send(self, method: str, path: str, body: Any, timeout: float, once: str | None = None) -> Any:
        """The JSON of the answer. Raises `Refused` or `Outage`.

        A connection that broke is tried once more: reading twice does no harm, and `once` makes a write happen once."""
        headers = self._headers if once is None else {**self._headers, "idempotency-key": once}
        data = None if body is None else json.dumps(body).encode()
        deadline = time.monotonic() + timeout
        attempts = 2 if once or method == "GET" or path in _READS else 1
        for attempt in range(1, attempts + 1):
            try:
                return _taken(*self._exchange(method, path, data, headers, deadline))
            except TimeoutError as error:
                self.close()
                raise Outage(f"no answer within {timeout} s") from error
            except (OSError, http.client.HTTPException) as error:
                self.close()
                if attempt == attempts:
                    raise Outage("the server cannot be reached") from error
        raise AssertionError("the loop returns or raises")

    def close(self) -> None:
        """Close this thread's connection; the next request opens another."""
        connection = self._local.__dict__.pop("connection", None)
        if connection is not None:
            connection.close()

    def _exchange(
        self, method: str, path: str, data: bytes | None, headers: dict[str, str], deadline: float
    ) -> tuple[int, bool, bytes]:
        left = deadline - time.monotonic()
        if left <= 0:
            raise TimeoutError
        connection = self._connection(left)
        connection.request(method, self._parts.path.rstrip("/") + path, body=data, headers=headers)
        with connection.getresponse() as response:
            return response.status, "retry-after" in response.headers, response.read()

    def _connection(self, left: float) -> http.client.HTTPConnection:
        connection = getattr(self._local, "connection", None)
        if connection is None:
            secure = self._parts.scheme == "https"
            kind = http.client.HTTPSConnection if secure else http.client.HTTPConnection
            connection = kind(self._parts.hostname or "", self._parts.port)
            self._local.connection = connection
        connection.timeout = left
        if connection.sock is not None:
            connection.sock.settimeout(left)
        return connection


def _taken(status: int, try_later: bool, answer: bytes) -> Any:
    try:
        parsed = json.loads(answer) if answer else None
    except ValueError:
        parsed = None
    if 200 <= status < 300:
        return parsed
    problem = parsed if isinstance(parsed, dict) else {}
    if status >= 500 or try_later:
        raise Outage(problem.get("title", f"the server answers with status {status}"))
    raise Refused(status, problem)
