"""Answers that were given, so that the same question need not be asked twice, and something is at hand when nobody
answers. Holds at most so many, the longest unused goes first. Never decides anything."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from typing import Generic, NamedTuple, TypeVar

Answer = TypeVar("Answer")


class _Kept(NamedTuple, Generic[Answer]):
    answer: Answer
    subject: str
    at: float


class Cache(Generic[Answer]):
    """A bounded store of answers by key, for several threads. Times are seconds of a clock that only goes forward."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[str, _Kept[Answer]] = OrderedDict()
        self._generation = 0
        self._lock = Lock()

    def get(self, key: str, now: float, max_age: float) -> Answer | None:
        """The answer to `key` that is at most `max_age` seconds old."""
        with self._lock:
            found = self._kept.get(key)
            if found is None or now - found.at >= max_age:
                return None
            self._kept.move_to_end(key)
            return found.answer

    def mark(self) -> int:
        """What to hand to `put` with an answer that is asked for from here on."""
        with self._lock:
            return self._generation

    def put(self, key: str, subject: str, answer: Answer, now: float, mark: int) -> None:
        """Keep an answer, unless something about a subject was written since `mark`: it may be older than that."""
        with self._lock:
            if mark != self._generation or self._limit <= 0:
                return
            self._kept[key] = _Kept(answer, subject, now)
            self._kept.move_to_end(key)
            while len(self._kept) > self._limit:
                self._kept.popitem(last=False)

    def forget(self, subject: str | None = None) -> None:
        """Forget what was answered about a subject; without one, everything."""
        with self._lock:
            self._generation += 1
            gone = [key for key, kept in self._kept.items() if subject is None or kept.subject == subject]
            for key in gone:
                del self._kept[key]

    def __len__(self) -> int:
        with self._lock:
            return len(self._kept)
