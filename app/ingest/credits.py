"""Who reviewed a page and when, and its other dates."""

from __future__ import annotations

import datetime as dt
import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

from app.ingest.flatten import Line
from app.ingest.words import Words

MAX_CREDIT = 300
MAX_DATED = 120
_YEAR = re.compile(r"\b(?:19|20)\d\d\b")


@dataclass(slots=True)
class Credit:
    """What a page says of its review and its dates; a date without its day is none."""

    by: str | None = None
    reviewed_on: dt.date | None = None
    next_review_on: dt.date | None = None
    published_on: dt.date | None = None
    modified_on: dt.date | None = None
    numbers: list[int] = field(default_factory=list)


def take_credits(lines: Sequence[Line], words: Words) -> tuple[Credit, list[Line]]:
    """What the page says of its review, and the lines that say something else."""
    credit = Credit()
    rest: list[Line] = []
    queue = deque(lines)
    while queue:
        line = queue.popleft()
        label = line.text.endswith(":") and len(line.text) <= 40 and bool(queue) and len(queue[0].text) <= MAX_DATED
        text = f"{line.text} {queue[0].text}" if label else line.text
        if line.role == "heading" or len(text) > MAX_CREDIT or not _read_credit(text, credit, words):
            rest.append(line)
            continue
        credit.numbers.extend(line.numbers)
        if label:
            credit.numbers.extend(queue.popleft().numbers)
    return credit, rest


def _read_credit(text: str, credit: Credit, words: Words) -> bool:
    reviewer = _reviewer(text, words)
    credit.by = credit.by or reviewer
    if not _YEAR.search(text):
        return reviewer is not None
    found = reviewer is not None or (len(text) <= 30 and read_date(text, words.credits.months) is not None)
    for name in ("reviewed_on", "next_review_on", "published_on", "modified_on"):
        label = getattr(words.credits, name).search(text)
        if label is None or len(text) > MAX_DATED or not _YEAR.search(text[label.end() : label.end() + 40]):
            continue
        found = True
        setattr(credit, name, getattr(credit, name) or read_date(text[label.end() :], words.credits.months))
    return found


def _reviewer(text: str, words: Words) -> str | None:
    rules = words.credits
    label = rules.reviewed_by.match(text)
    if label is None:
        return None
    dates = [
        found.start() for rule in (rules.reviewed_on, rules.next_review_on) if (found := rule.search(text, label.end()))
    ]
    by = text[label.end() : min(dates, default=len(text))].strip(" ,;:|.–-")
    return by if by[:1].isupper() and len(by) <= 200 else None


def read_date(text: str, months: Sequence[str]) -> dt.date | None:
    """A whole date at the beginning of a text; None where a part is missing or day and month cannot be told apart."""
    names = "|".join(f"{month[:3]}(?:{month[3:]})?" for month in months)
    day = r"(?P<d>\d{1,2})(?:st|nd|rd|th|º)?"
    of = r"[\s,]+(?:del?\s+|of\s+)?"
    forms = (
        r"(?P<y>\d{4})-(?P<n>\d\d)-(?P<d>\d\d)",
        rf"{day}{of}(?P<m>{names})\.?{of}(?P<y>\d{{4}})",
        rf"(?P<m>{names})\.?{of}{day},?{of}(?P<y>\d{{4}})",
        r"(?P<n>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4})",
    )
    for form in forms:
        if found := re.match(rf"[\s:,-]*(?:on\s+|el\s+)?{form}\b", text[:60], re.IGNORECASE):
            parts = found.groupdict()
            month = parts.get("n") or _month(parts["m"], months)
            return _date(int(parts["y"]), int(month), int(parts["d"]), either="/" in form)
    return None


def _month(name: str, months: Sequence[str]) -> int:
    return next(number for number, month in enumerate(months, start=1) if month.startswith(name.casefold()[:3]))


def _date(year: int, month: int, day: int, *, either: bool) -> dt.date | None:
    if either and month > 12:
        month, day = day, month
    elif either and day <= 12 and day != month:
        return None  # the United States and the rest of the world read it differently
    try:
        return dt.date(year, month, day) if 1900 <= year <= 2100 else None
    except ValueError:
        return None
