"""Ask Abide whether something may be done with personal data, and record what people say."""

from .client import Abide, OnOutage
from .decision import Decision, Source
from .error import Outage, Refused

__all__ = ["Abide", "Decision", "OnOutage", "Outage", "Refused", "Source"]
