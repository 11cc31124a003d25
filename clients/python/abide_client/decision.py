"""What a caller acts on: an effect, and who said so."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from .schema import Answer, Effect

Source = Literal["server", "cache", "last-known", "nobody"]
"""Who answered: the server just now, the cache, the last answer before an outage, or nobody."""


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done. Anything but `permitted` means: do not do it."""

    effect: Effect
    source: Source
    answer: Answer | None = None
    """The server's answer with its reasons; none when nobody answered."""

    @property
    def permitted(self) -> bool:
        return self.effect == "permit"


DENIED = Decision("deny", "nobody")
"""What holds when nobody answered."""
