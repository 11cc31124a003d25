"""Asks and records. Says what happens when Abide is out of reach; never permits on its own."""

from __future__ import annotations

import json
import time
import uuid
from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote

from .cache import Cache
from .decision import DENIED, Decision
from .error import Outage
from .schema import Answer, Ask, Consent, History, Recorded, SubjectName
from .wire import Wire

OnOutage = Literal["deny", "last-known"]
"""`deny`: nothing may be done. `last-known`: what the server said last, if that is not too old, else `deny`."""


class Abide:
    """A client of one server, for any number of threads.

    `url` is the internal listener, `key` an API key with the scopes that are needed. Times are seconds.
    `timeout` holds for answers, `write_timeout` for writes with their receipts.
    `cache_entries` is how many answers are kept, for the cache and for `last-known` together.
    `cache_max_age` is how old an answer may be that is given without asking; 0 asks each time. A withdrawal made elsewhere
    is heard of that much later, so keep it short.
    `on_outage` is what to answer when nobody does: for all, or by purpose, with `*` for all others.
    `last_known_max_age` is how old an answer may be that is given by `last-known`.
    """

    def __init__(
        self,
        url: str,
        key: str,
        *,
        timeout: float = 1.0,
        write_timeout: float = 5.0,
        cache_entries: int = 10_000,
        cache_max_age: float = 0.0,
        on_outage: OnOutage | Mapping[str, OnOutage] = "deny",
        last_known_max_age: float = 300.0,
    ) -> None:
        self._wire = Wire(url, key)
        self._timeout = timeout
        self._write_timeout = write_timeout
        self._cache: Cache[Answer] = Cache(cache_entries)
        self._cache_max_age = cache_max_age
        self._on_outage = on_outage
        self._last_known_max_age = last_known_max_age

    def decide(self, ask: Ask) -> Decision:
        """May this be done? Never raises for an outage: `on_outage` says what holds then."""
        return self.decide_many([ask])[0]

    def decide_many(self, asks: Sequence[Ask]) -> list[Decision]:
        """The same for many questions at once, answered in their order."""
        keys = [json.dumps(ask, sort_keys=True) for ask in asks]
        now = time.monotonic()
        kept = [self._cache.get(key, now, self._cache_max_age) for key in keys]
        open_asks = [ask for ask, known in zip(asks, kept) if known is None]
        mark = self._cache.mark()
        answers = iter(self._ask(open_asks) if open_asks else [])
        decisions = []
        for ask, key, known in zip(asks, keys, kept):
            if known is not None:
                decisions.append(Decision(known["effect"], "cache", known))
                continue
            answer = next(answers, None)
            if answer is None:
                decisions.append(self._without_server(ask, key))
                continue
            self._cache.put(key, _spell(ask.get("subject")), answer, time.monotonic(), mark)
            decisions.append(Decision(answer["effect"], "server", answer))
        return decisions

    def record(self, consent: Consent, receipt: Literal["inline", "path"] | None = None) -> Recorded:
        """Record what a subject said. What was answered about that subject before is forgotten."""
        path = "/v1/consents" if receipt is None else f"/v1/consents?receipt={receipt}"
        try:
            return self._wire.send("POST", path, consent, self._write_timeout, once=str(uuid.uuid4()))
        finally:
            self.forget(consent["subject"])

    def history(self, subject: SubjectName) -> History:
        """Everything a subject said, oldest first."""
        name = quote(f"{subject['kind']}:{subject['value']}", safe="")
        return self._wire.send("GET", f"/v1/subjects/{name}/consents", None, self._timeout)

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """Any other endpoint; `schema` has the types. A write happens once, and empties the cache."""
        if method == "GET":
            return self._wire.send(method, path, body, self._timeout)
        try:
            return self._wire.send(method, path, body, self._write_timeout, once=str(uuid.uuid4()))
        finally:
            self.forget()

    def forget(self, subject: SubjectName | None = None) -> None:
        """Forget the answers about a subject; without one, all of them."""
        self._cache.forget(None if subject is None else _spell(subject))

    def close(self) -> None:
        """Close this thread's connection."""
        self._wire.close()

    def _ask(self, asks: Sequence[Ask]) -> list[Answer]:
        """The answers in the order asked; none when there is an outage."""
        try:
            return self._wire.send("POST", "/v1/decide", {"questions": asks}, self._timeout)["answers"]
        except Outage:
            return []

    def _without_server(self, ask: Ask, key: str) -> Decision:
        if self._chosen(ask["question"].get("for")) == "deny":
            return DENIED
        last = self._cache.get(key, time.monotonic(), self._last_known_max_age)
        return DENIED if last is None else Decision(last["effect"], "last-known", last)

    def _chosen(self, purpose: str | None) -> OnOutage:
        if isinstance(self._on_outage, str):
            return self._on_outage
        return self._on_outage.get(purpose or "*", self._on_outage.get("*", "deny"))


def _spell(subject: SubjectName | None) -> str:
    """Coarser than the server's own spelling of an identifier: forgetting too much does no harm."""
    return "" if subject is None else f"{subject['kind']}:{subject['value'].strip().lower()}"
