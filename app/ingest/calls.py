"""One clause that calls for care: "Call the doctor right away if …", read so that what is in doubt is said to be.

A call is an order with a condition. Orders that are turned round ("you don't need to call"), narrowed ("after surgery,
call") or hedged ("unless"), and those that someone else is said to follow, are doubtful: they give no sign.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from re import Pattern

from app.ingest.outline import stems
from app.ingest.words import Words, plain
from app.pack import URGENCY_ORDER, Contact, Urgency

MAX_SENTENCE = 1_000
CONTACT_ORDER = (Contact.emergency, Contact.doctor, Contact.unstated)
TRAILING = " \t.;:,!?–—-"


@dataclass(frozen=True, slots=True)
class Call:
    """An order to get care. `condition` is None where it only points to a list; a doubtful one gives no sign.

    `whom` is the age that it is for, `stem` the words that each item of its list goes on from.
    """

    action: str
    urgency: Urgency = Urgency.unstated
    contact: Contact = Contact.unstated
    condition: str | None = None
    certain: bool = True
    whom: str | None = None
    stem: str | None = None


@dataclass(frozen=True, slots=True)
class Reader:
    """A language, and the page's own name: in a condition it narrows nothing."""

    words: Words
    stems: tuple[str, ...]
    having_it: Pattern[str]


def reader_of(name: str, words: Words) -> Reader:
    """The reader of a page about `name`."""
    about = tuple(sorted(stems(name)))
    short = [token for token in re.findall(r"\w+", plain(name).casefold()) if not token.startswith(about)]
    initials = "".join(token[0] for token in re.findall(r"\w+", name))
    short += [initials] if len(initials) > 1 else []
    named = "|".join([*(rf"{re.escape(stem)}\w*" for stem in about), *map(re.escape, short)]) or "(?!)"
    having = rf"\b{words.calls.having}\s+(?:\b(?:{named})\b\W*)+"
    return Reader(words, about, re.compile(having, re.IGNORECASE))


def read_call(text: str, reader: Reader) -> Call | None:
    """The order to get care that a clause gives, if it gives one."""
    rules, flat = reader.words.calls, plain(text)
    label = rules.label.match(flat)
    whom = label["whom"] if label else None
    if label and whom and not _goes_on_after(flat, label.end(), reader):
        label, whom = None, None  # the age is all that the order asks for
    start = label.end() if label else 0
    order = rules.directive.search(flat, start) if len(flat) <= MAX_SENTENCE else None
    if order is None:
        return None
    before, after = flat[start : order.start()], flat[order.end() :].rstrip(TRAILING)
    first, later = rules.if_first.match(before), rules.if_after.match(after)
    found = later if first is None else first
    if found is None:
        if needed := _needed(text, order, start, reader):
            return needed
        return Call(text, certain=False) if rules.conditional.search(flat) or rules.emergency.search(order[0]) else None
    offset = start if first else order.end()
    condition, hurry = condition_of(text[offset + found.start("cond") : offset + found.end("cond")], reader)
    aside = after if later is None else later["mid"]
    ordered = f"{flat[:start]} {'' if first else before} {order[0]} {aside} {hurry}"
    urgency, contact = pressing(ordered, reader)
    certain = (
        (not later if first else is_order(before, order[0], reader))
        and not rules.exception.search(flat)
        and not rules.negated.search(rules.courage.sub("", rules.but.sub("", ordered)))
        and not (later and rules.aside.search(aside))
        and not (urgency is Urgency.unstated and (rules.telling.search(order[0]) or (later and later["bare"])))
    )
    shown = text[: order.end() + later.end("mid")] if later and condition is None else text
    return Call(shown.strip(" ,;:"), urgency, contact, condition, certain, whom)


def _goes_on_after(flat: str, start: int, reader: Reader) -> bool:
    """Whether an order after `start` has a condition of its own."""
    order = reader.words.calls.directive.search(flat, start)
    return order is not None and reader.words.calls.if_after.match(flat[order.end() :].rstrip(TRAILING)) is not None


def _needed(text: str, order: re.Match[str], start: int, reader: Reader) -> Call | None:
    """`Severe belly pain needs medical care right away`: a sign that is said to need care at once."""
    rules, flat = reader.words.calls, plain(text)
    needer = rules.needer.search(flat[: order.start()], start) if rules.needs.search(order[0]) else None
    subject = needer.groupdict().get("sign") if needer else None
    urgency, contact = pressing(flat[order.start() :], reader)
    doubtful = (rules.limits, rules.negated, rules.exception, rules.conditional)
    after = flat[order.end() :].rstrip(TRAILING)
    if subject is None or urgency is Urgency.unstated or any(rule.search(subject) for rule in doubtful):
        return None
    if condition_of(after, reader)[0] or rules.negated.search(after):
        return None
    return Call(text.strip(" ,;:"), urgency, contact, subject)


def is_order(before: str, order: str, reader: Reader) -> bool:
    """Whether the words before an order make it one, and do not narrow it: not "the nurse will call"."""
    rules = reader.words.calls
    bare = reader.having_it.sub(" ", before)
    if not (rules.order.search(bare) or (rules.needs.search(order) and rules.needer.search(bare))):
        return False
    return not rules.limits.search(rules.courage.sub("", bare))


def condition_of(text: str, reader: Reader) -> tuple[str | None, str]:
    """A condition without the words at its end that say how soon, and these; None where it only points to a list."""
    rules = reader.words.calls
    text, hurry = text.strip(TRAILING), ""
    for rule in (rules.immediate, rules.urgent):
        flat = plain(text)
        last = next((found for found in rule.finditer(flat) if found.end() == len(flat)), None)
        if last is not None:
            text, hurry = text[: last.start()].strip(TRAILING), f"{hurry} {last[0]}"
    return (None if points(text, reader) else text), hurry


def points(text: str, reader: Reader) -> bool:
    """Whether a condition names no sign itself: "your child has any of these"."""
    flat = plain(text).casefold()
    if umbrella_in(flat, reader) and not reader.words.calls.these.search(flat):
        return False
    tokens = re.findall(r"[\w'-]+", flat)
    return all(token in reader.words.calls.stub or token.startswith(reader.stems) for token in tokens)


def umbrella_in(text: str, reader: Reader) -> re.Match[str] | None:
    """`any sign of infection`, `signs of dehydration`; not `the symptoms of infection come back`, which is one sign."""
    signs = reader.words.signs
    found = signs.umbrella.search(text)
    if found is None or signs.any_.search(found[0]):
        return found
    rest = f"{covered_by(found, reader)[1]} {text[found.end() :]}".strip(" .")
    goes_on = rest and not (
        rest.startswith("(")
        or signs.examples.match(f"{rest} ")
        or signs.examples_end.match(f" {rest}")
        or signs.or_at_start.match(f" {rest}")
    )
    return None if goes_on or signs.definite.search(text[: found.start()]) else found


def covered_by(umbrella: re.Match[str], reader: Reader) -> tuple[str | None, str]:
    """What an umbrella sign is a sign of, and what of the match goes on after it."""
    covered = umbrella.groupdict().get("kind") or ""
    end = reader.words.signs.kind_ends.search(covered)
    rest = covered[end.start() :] if end else ""
    covered = reader.words.signs.article.sub("", covered[: end.start()] if end else covered).strip().casefold()
    return covered or None, rest


def pressing(ordered: str, reader: Reader) -> tuple[Urgency, Contact]:
    """How soon, and to whom, by the words of an order; the higher wins where it names two."""
    rules = reader.words.calls
    if rules.emergency.search(ordered):
        return Urgency.immediate, Contact.emergency
    contact = Contact.doctor if rules.doctor.search(ordered) else Contact.unstated
    unhurried = rules.non_urgent.sub(" ", ordered)
    if rules.immediate.search(unhurried):
        return Urgency.immediate, contact
    if rules.urgent.search(unhurried):
        return Urgency.urgent, contact
    return (Urgency.non_urgent if unhurried != ordered else Urgency.unstated), contact


def clauses(text: str, reader: Reader) -> Iterator[str]:
    """The clauses of a sentence that gives orders, cut before each further order with a condition of its own."""
    rules, flat = reader.words.calls, plain(text)
    orders = list(rules.directive.finditer(flat)) if len(flat) <= MAX_SENTENCE else []
    if not orders:
        return
    start = 0
    for previous, order in pairwise(orders):
        between = flat[previous.end() : order.start()]
        own = rules.if_after.match(flat[order.end() :].rstrip(TRAILING))
        if rules.if_after.match(between) and own and not own["bare"]:
            joint = rules.joint.search(between)
            cut = previous.end() + joint.start() if joint else order.start()
            yield text[start:cut].strip()
            start = order.start()
    yield text[start:].strip()


def rank(call: Call) -> tuple[int, int]:
    """The order of calls, the most pressing first."""
    return URGENCY_ORDER.index(call.urgency), CONTACT_ORDER.index(call.contact)
