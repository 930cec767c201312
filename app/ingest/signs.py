"""Warning signs: the sentences and lists of a page that call for care, read so that what is in doubt stays out.

A sign is taken only from an order to get care ("Call the doctor if …") whose condition stands on its own. Orders that
are turned round, narrowed or hedged, and lists that may not be whole, give none; they keep the set from being complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from re import Pattern

from app.ingest.outline import Block, Item, Listing, Lost, Part, Prose, stems
from app.ingest.words import Note, Words, plain, sentences
from app.pack import URGENCY_ORDER, Contact, Scope, Urgency

MAX_SENTENCE = 1_000
MAX_SIGN = 300
CONTACT_ORDER = (Contact.emergency, Contact.doctor, Contact.unstated)
_TRAILING = " \t.;:,!?–—-"


@dataclass(frozen=True, slots=True)
class Call:
    """An order to get care. `condition` is None where it only points to a list; a doubtful one gives no sign."""

    action: str
    urgency: Urgency = Urgency.unstated
    contact: Contact = Contact.unstated
    condition: str | None = None
    certain: bool = True


@dataclass(frozen=True, slots=True)
class FoundSign:
    """A sign as one place names it. `kind` is what an umbrella covers, `under` the kind that it is an example of."""

    text: str
    call: Call
    numbers: tuple[int, ...]
    scope: Scope = Scope.named
    kind: str | None = None
    under: str | None = None


@dataclass(slots=True)
class Findings:
    """The signs of a page, and the reasons that the set is not complete; with none left and a whole list read, it is."""

    signs: list[FoundSign] = field(default_factory=list)
    reasons: set[Note] = field(default_factory=set)
    whole_lists: int = 0

    @property
    def complete(self) -> bool:
        """Whether the page gives all its signs, in whole lists."""
        return bool(self.signs and self.whole_lists) and not self.reasons


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
    named = "|".join([*(rf"{re.escape(stem)}\w*" for stem in about), *map(re.escape, short)]) or "(?!)"
    having = rf"\b{words.calls.having}\s+(?:\b(?:{named})\b\W*)+"
    return Reader(words, about, re.compile(having, re.IGNORECASE))


# One clause.


def read_call(text: str, reader: Reader) -> Call | None:
    """The order to get care that a clause gives, if it gives one."""
    rules, flat = reader.words.calls, plain(text)
    label = rules.label.match(flat)
    start = label.end() if label else 0
    order = rules.directive.search(flat, start) if len(flat) <= MAX_SENTENCE else None
    if order is None:
        return None
    before, after = flat[start : order.start()], flat[order.end() :].rstrip(_TRAILING)
    first, later = rules.if_first.match(before), rules.if_after.match(after)
    found = later if first is None else first
    if found is None:
        return Call(text, certain=False) if rules.conditional.search(flat) else None
    offset = start if first else order.end()
    condition, hurry = _condition(text[offset + found.start("cond") : offset + found.end("cond")], reader)
    aside = after if later is None else later["mid"]
    ordered = f"{flat[:start]} {'' if first else before} {order[0]} {aside} {hurry}"
    urgency, contact = _pressing(ordered, reader)
    certain = (
        (not later if first else _is_order(before, order[0], reader))
        and not rules.exception.search(flat)
        and not rules.negated.search(rules.courage.sub("", ordered))
        and not (later and rules.aside.search(aside))
        and not (urgency is Urgency.unstated and (rules.telling.search(order[0]) or (later and later["bare"])))
    )
    shown = text[: order.end() + later.end("mid")] if later and condition is None else text
    return Call(shown.strip(" ,;:"), urgency, contact, condition, certain)


def _is_order(before: str, order: str, reader: Reader) -> bool:
    """Whether the words before an order make it one: "you should call", not "the nurse will call"; and do not narrow it."""
    rules = reader.words.calls
    bare = reader.having_it.sub(" ", before)
    if not (rules.order.search(bare) or (rules.needs.search(order) and rules.needer.search(bare))):
        return False
    return not rules.limits.search(rules.courage.sub("", bare))


def _condition(text: str, reader: Reader) -> tuple[str | None, str]:
    """A condition without the words at its end that say how soon, and these; None where it only points to a list."""
    rules = reader.words.calls
    text, hurry = text.strip(_TRAILING), ""
    for rule in (rules.immediate, rules.urgent):
        flat = plain(text)
        last = next((found for found in rule.finditer(flat) if found.end() == len(flat)), None)
        if last is not None:
            text, hurry = text[: last.start()].strip(_TRAILING), f"{hurry} {last[0]}"
    return (None if _points(text, reader) else text), hurry


def _points(text: str, reader: Reader) -> bool:
    """Whether a condition names no sign itself: "your child has any of these"."""
    flat = plain(text).casefold()
    if reader.words.signs.umbrella.search(flat) and not reader.words.calls.these.search(flat):
        return False
    tokens = re.findall(r"[\w'-]+", flat)
    return all(token in reader.words.calls.stub or token.startswith(reader.stems) for token in tokens)


def _pressing(ordered: str, reader: Reader) -> tuple[Urgency, Contact]:
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


def _clauses(text: str, reader: Reader) -> Iterator[str]:
    """A sentence, cut before each further order that has a condition of its own."""
    rules, flat = reader.words.calls, plain(text)
    orders = list(rules.directive.finditer(flat)) if len(flat) <= MAX_SENTENCE else []
    start = 0
    for previous, order in pairwise(orders):
        between = flat[previous.end() : order.start()]
        own = rules.if_after.match(flat[order.end() :].rstrip(_TRAILING))
        if rules.if_after.match(between) and own and not own["bare"]:
            joint = rules.joint.search(between)
            cut = previous.end() + joint.start() if joint else order.start()
            yield text[start:cut].strip()
            start = order.start()
    yield text[start:].strip()


# What a condition names.


def signs_of(call: Call, numbers: tuple[int, ...], reader: Reader) -> list[FoundSign] | None:
    """The signs that a call's own condition names; None where it cannot be told."""
    rules, signs = reader.words.calls, reader.words.signs
    text = call.condition or ""
    flat = plain(text)
    if not text or len(text) > MAX_SIGN or rules.not_a_sign.search(flat) or rules.dangling_subject.search(flat):
        return None
    if rules.directive.search(flat):
        return None
    umbrella = signs.umbrella.search(flat)
    if umbrella is None:
        held = signs.holder.match(flat)
        named = _alternatives(text[held.end() :] if held else text, reader)
        return [FoundSign(sign, call, numbers) for sign in named]
    covered, rest = _kind(umbrella, reader)
    end = umbrella.end() - len(rest)
    found = [FoundSign(text[umbrella.start() : end].strip(), call, numbers, Scope.any, covered)]
    head = _beside(text[: umbrella.start()], signs.or_at_end, reader)
    tail = _examples(text[end:].strip(), reader)
    others = _beside(text[end:], signs.or_at_start, reader) if tail is None else []
    if head is None or others is None:
        return None
    found += [FoundSign(sign, call, numbers) for sign in [*head, *others]]
    return found + [FoundSign(sign, call, numbers, under=covered) for sign in tail or []]


def _examples(text: str, reader: Reader) -> list[str] | None:
    """What `, such as fever or chills` or `(fever, chills)` names after an umbrella sign; None for other text."""
    inside = re.fullmatch(r"\(([^()]+)\)", text)
    listed = inside[1] if inside else text
    told = reader.words.signs.examples.match(plain(listed))
    return _enumeration(listed[told.end() if told else 0 :], reader) if told or inside else None


def _beside(text: str, joint: Pattern[str], reader: Reader) -> list[str] | None:
    """The signs that an "or" puts beside an umbrella sign; none for a mere subject, None where it cannot be told."""
    bare = joint.sub("", plain(text))
    if bare == plain(text):
        return [] if _points(text, reader) or reader.words.signs.bearer.search(bare) else None
    told = text[-len(bare) :] if text.endswith(bare[-1:]) and plain(text).endswith(bare) else text[: len(bare)]
    held = reader.words.signs.holder.match(bare)
    named = _alternatives(told[held.end() if held else 0 :].strip(), reader)
    return named if all(reader.words.signs.stands_alone.match(plain(sign)) for sign in named) else None


def _kind(umbrella: re.Match[str], reader: Reader) -> tuple[str | None, str]:
    """What an umbrella sign is a sign of, and what of the match goes on after it."""
    covered = umbrella.groupdict().get("kind") or ""
    end = reader.words.signs.kind_ends.search(covered)
    rest = covered[end.start() :] if end else ""
    covered = reader.words.signs.article.sub("", covered[: end.start()] if end else covered).strip().casefold()
    return covered or None, rest


def _alternatives(text: str, reader: Reader) -> list[str]:
    """`a rash, a fever, or trouble breathing` is three signs; where a part may not stand alone, the whole is one."""
    rules, flat = reader.words.signs, plain(text)
    pieces = rules.alternative.split(text)
    if len(pieces) < 2 or rules.and_.search(flat) or "(" in text or not rules.or_.search(flat):
        return [text]
    if not all(rules.stands_alone.match(plain(piece)) and not rules.place.match(plain(piece)) for piece in pieces):
        return [text]
    return [text] if _distributes(pieces, reader) else pieces


def _enumeration(text: str, reader: Reader) -> list[str]:
    """`fever, redness around a cut, and chills` is three signs; nothing where a part may not stand alone."""
    rules = reader.words.signs
    text = text.strip(_TRAILING)
    pieces = [piece.strip() for piece in rules.conjunction.split(text) if piece.strip()]
    if any(rules.goes_on.match(plain(piece)) or len(piece) > 150 for piece in pieces):
        return []
    pair = re.split(f"{rules.and_.pattern}|{rules.or_.pattern}", text) if len(pieces) == 1 else []
    if pair and all(len(side.split()) <= 2 for side in pair):
        pieces = pair
    return [text] if _distributes(pieces, reader) else pieces


def _distributes(pieces: Sequence[str], reader: Reader) -> bool:
    """Whether the first words may hold for later parts too: `pain in the arm, leg, or back`, `not eating, drinking`."""
    rules = reader.words.signs
    for at, piece in enumerate(map(plain, pieces[1:]), start=1):
        earlier = [plain(other) for other in pieces[:at]]
        if rules.place.match(piece) and any(rules.preposition.search(other) for other in earlier):
            return True
        if rules.ing.match(piece) and any(rules.trouble.match(other) for other in earlier):
            return True
        short = len(piece.split()) <= 2 and not rules.stands_alone.match(piece)
        if short and any(rules.negates.match(other) for other in earlier):
            return True
    return False


# A whole page.


def find_signs(parts: Sequence[Part], name: str, words: Words) -> Findings:
    """Every warning sign that the parts of a page name for certain, each once."""
    reader = reader_of(name, words)
    findings = Findings()
    listed: list[FoundSign] = []
    for part in parts:
        heading = _heading_call(part.heading, reader)
        for at, block in enumerate(part.blocks):
            before = part.blocks[at - 1] if at else None
            after = part.blocks[at + 1] if at + 1 < len(part.blocks) else None
            if isinstance(block, Lost):
                _read_lost(block, heading if at == 0 else None, findings, reader)
            elif isinstance(block, Listing):
                call = _call_for(block, before, heading if at == 0 else None, reader)
                _read_listing(block, call, part.numbers if call is heading else (), findings, reader)
                listed.extend(_listed_signs(block, reader))
            elif not block.cell:
                _read_prose(block, before, after, findings, listed, reader)
    kinds = {sign.kind for sign in findings.signs if sign.kind}
    findings.signs.extend(sign for sign in listed if sign.under in kinds)
    findings.signs = _merge(findings.signs, reader)
    if any(sign.scope is Scope.any for sign in findings.signs):
        findings.reasons.add("set-umbrella")
    return findings


def _read_prose(
    block: Prose, before: Block | None, after: Block | None, findings: Findings, listed: list[FoundSign], reader: Reader
) -> None:
    umbrella: FoundSign | None = None
    told: list[str] = []
    if reader.words.signs.unfinished.search(plain(block.text)):
        findings.reasons.add("set-examples")
    for sentence in sentences(block.text, reader.words):
        include = reader.words.signs.include.match(plain(sentence))
        if include is None and umbrella is not None:
            include = reader.words.signs.these_include.match(plain(sentence))
        if include is not None:
            told = _enumeration(sentence[include.start("items") : include.end("items")], reader)
            covered = _kind(include, reader)[0]
            if umbrella is not None and covered in {None, umbrella.kind}:
                findings.reasons.add("set-examples")
                findings.signs += [FoundSign(sign, umbrella.call, block.numbers, under=umbrella.kind) for sign in told]
            elif covered:
                listed += [FoundSign(sign, Call(sentence), block.numbers, under=covered) for sign in told]
            continue
        found = [
            sign for clause in _clauses(sentence, reader) for sign in _read_clause(clause, block, findings, reader)
        ]
        umbrella = next((sign for sign in found if sign.scope is Scope.any), None)
        pointing = read_call(sentence, reader)
        if pointing is not None and pointing.certain and pointing.condition is None:
            _read_pointing(pointing, told, before, after, block, findings, reader)
        findings.signs += found
        told = []


def _read_clause(clause: str, block: Prose, findings: Findings, reader: Reader) -> list[FoundSign]:
    call = read_call(clause, reader)
    if call is None or (call.certain and call.condition is None):
        return []
    found = signs_of(call, block.numbers, reader) if call.certain else None
    if found is None:
        findings.reasons.add("set-left-out")
        return []
    if reader.words.signs.open_ended.search(plain(clause)):
        findings.reasons.add("set-examples")
    return found


def _read_pointing(
    call: Call,
    told: list[str],
    before: Block | None,
    after: Block | None,
    block: Prose,
    findings: Findings,
    reader: Reader,
) -> None:
    """A call such as "Call if you see any of these": they were told in the sentence or the list before it."""
    signs = reader.words.signs
    if told:
        findings.reasons.add("set-examples")
        findings.signs += [FoundSign(sign, call, block.numbers) for sign in told]
    elif isinstance(after, Listing) and after.lead is None and not isinstance(before, Listing):
        return  # the list itself asks for its call
    elif isinstance(before, Listing) and before.whole and before.lead and signs.about_signs.search(plain(before.lead)):
        _read_items(before, call, findings, reader)
    else:
        findings.reasons.add("set-left-out")


def _heading_call(heading: str | None, reader: Reader) -> Call | None:
    """The call that a heading gives: `Call 911 if`, `When should I call the doctor?`."""
    if heading is None:
        return None
    rules, flat = reader.words.calls, plain(heading)
    asked = rules.directive.search(flat)
    if asked and rules.heading.match(flat[: asked.start()]):
        if rules.limits.search(reader.having_it.sub(" ", flat[asked.end() :])):
            return None
        urgency, contact = _pressing(flat, reader)
        return Call(heading.strip(" :"), urgency, contact)
    call = read_call(heading, reader)
    if call is None and asked and _is_order(flat[: asked.start()], asked[0], reader):
        urgency, contact = _pressing(flat, reader)
        return Call(heading.strip(" :"), urgency, contact) if _points(flat[asked.end() :], reader) else None
    return call


def _call_for(block: Listing, before: Block | None, heading: Call | None, reader: Reader) -> Call | None:
    """The call that a list's items belong to: its lead-in, the sentence before it, or the heading right above it."""
    if block.lead is not None:
        call = read_call(block.lead, reader)
        if call is None and heading is not None and _points(reader.words.calls.if_word.sub("", block.lead), reader):
            return heading
        return call
    if isinstance(before, Prose) and not before.cell:
        call = read_call(sentences(before.text, reader.words)[-1], reader)
        return call if call is not None and call.condition is None else None
    return heading if before is None else None


def _read_lost(block: Lost, heading: Call | None, findings: Findings, reader: Reader) -> None:
    findings.reasons.add("set-list-lost")
    call = read_call(block.lead, reader) or heading
    if call is not None and call.certain and call.condition is not None:
        findings.signs += _led_by_umbrella(call, block.numbers, reader)


def _led_by_umbrella(call: Call, numbers: tuple[int, ...], reader: Reader) -> list[FoundSign]:
    """The umbrella sign of a lead-in such as "Call if you see any signs of infection, such as"."""
    signs = reader.words.signs
    condition = signs.examples_end.sub("", call.condition or "")
    shown = signs.examples_end.sub("", call.action)
    found = signs_of(replace(call, condition=condition, action=shown), numbers, reader) or []
    return [sign for sign in found if sign.scope is Scope.any]


def _read_listing(
    block: Listing, call: Call | None, above: tuple[int, ...], findings: Findings, reader: Reader
) -> None:
    if not block.whole:
        findings.reasons.add("set-list-lost")
    if call is None:
        for item in block.items:
            findings.signs += _read_clause(item.text, Prose(item.numbers, item.text), findings, reader)
        return
    umbrella = _led_by_umbrella(call, block.numbers, reader) if call.certain and call.condition else []
    findings.signs += umbrella
    if not call.certain or (call.condition is not None and not umbrella) or not block.whole:
        findings.reasons.add("set-left-out")
        return
    call, under = (umbrella[0].call, umbrella[0].kind) if umbrella else (call, None)
    _read_items(replace(block, numbers=above + block.numbers), call, findings, reader, under=under)


def _read_items(block: Listing, call: Call, findings: Findings, reader: Reader, *, under: str | None = None) -> None:
    if reader.words.signs.open_ended.search(plain(block.lead or "")):
        findings.reasons.add("set-examples")
    if not block.marked:
        findings.reasons.add("set-open")
    findings.whole_lists += 1
    for at, item in enumerate(block.items):
        if item.depth > block.items[0].depth:
            continue
        inner = _inside(block.items, at)
        found = _item_sign(item, call, block.numbers, reader)
        if found is None or (inner and found.scope is Scope.named):
            findings.reasons.add("set-left-out")
            continue
        if inner or reader.words.signs.open_ended.search(plain(item.text)):
            findings.reasons.add("set-examples")
        findings.signs.append(replace(found, under=found.under or under))
        for other in inner:
            if (example := _item_sign(other, call, block.numbers, reader)) is not None:
                findings.signs.append(replace(example, under=found.kind))


def _inside(items: Sequence[Item], at: int) -> list[Item]:
    """The items of the list inside an item."""
    inner: list[Item] = []
    for item in items[at + 1 :]:
        if item.depth <= items[at].depth:
            break
        inner.append(item)
    return inner


def _item_sign(item: Item, call: Call, numbers: tuple[int, ...], reader: Reader) -> FoundSign | None:
    rules, signs = reader.words.calls, reader.words.signs
    text = signs.item_end.sub("", item.text).strip(" ;,.:")
    numbers = tuple(sorted({*item.numbers, *numbers}))
    flat = plain(text)
    if not text or len(text) > MAX_SIGN or rules.exception.search(flat) or rules.not_a_sign.search(flat):
        return None
    if rules.dangling_subject.search(flat):
        return None
    if rules.directive.search(flat):
        return _item_with_call(text, call, numbers, reader)
    if umbrella := signs.umbrella.search(flat):
        bare = signs.examples_end.sub("", text)
        return FoundSign(bare, call, numbers, Scope.any, _kind(umbrella, reader)[0])
    return FoundSign(text, call, numbers)


def _item_with_call(text: str, call: Call, numbers: tuple[int, ...], reader: Reader) -> FoundSign | None:
    """`trouble breathing (call 911)`: the item's own call, where it presses more than its list's."""
    found = re.fullmatch(r"(?P<sign>[^()]+?)\s*\((?P<order>[^()]+)\)", text)
    rules = reader.words.calls
    if found is None or rules.directive.search(plain(found["sign"])) or rules.negated.search(plain(found["order"])):
        return None
    if rules.if_word.search(plain(found["order"])):
        return None
    urgency, contact = _pressing(plain(found["order"]), reader)
    own = Call(found["order"], urgency, contact)
    return FoundSign(found["sign"], min(own, call, key=_rank), numbers)


def _listed_signs(block: Listing, reader: Reader) -> Iterator[FoundSign]:
    """Items of a list that names itself signs of a kind: they count where the page calls for any sign of that kind."""
    include = reader.words.signs.include.match(plain(f"{block.lead} :")) if block.lead else None
    covered = _kind(include, reader)[0] if include else None
    if covered is None or not block.whole or any(item.depth > 1 for item in block.items):
        return
    for item in block.items:
        found = _item_sign(item, Call(block.lead or ""), block.numbers, reader)
        if found is not None:
            yield replace(found, under=covered)


# One sign, however often it is named.


def _merge(signs: Iterable[FoundSign], reader: Reader) -> list[FoundSign]:
    """Each sign once, at its highest urgency; an example of an umbrella is never below the umbrella."""
    merged: dict[str, FoundSign] = {}
    for sign in signs:
        key = _same(sign, reader)
        merged[key] = _joined(merged[key], sign) if key in merged else sign
    umbrellas = {sign.kind: sign for sign in merged.values() if sign.scope is Scope.any and sign.kind}
    for key, sign in merged.items():
        above = umbrellas.get(sign.under) if sign.under else None
        if above is not None and _rank(above.call) < _rank(sign.call):
            merged[key] = replace(sign, call=above.call, numbers=tuple(sorted({*sign.numbers, *above.numbers})))
    return list(merged.values())


def _same(sign: FoundSign, reader: Reader) -> str:
    if sign.scope is Scope.any and sign.kind:
        return f"any:{sign.kind}"
    text = plain(sign.text).casefold()
    held = reader.words.signs.holder.match(text)
    text = reader.words.signs.article.sub("", text[held.end() :] if held else text)
    return " ".join(re.sub(r"(?<=\w{3})s$", "", token) for token in re.findall(r"[\w'°.-]+", text))


def _joined(one: FoundSign, other: FoundSign) -> FoundSign:
    call = min(one.call, other.call, key=_rank)
    return replace(
        one, call=call, numbers=tuple(sorted({*one.numbers, *other.numbers})), under=one.under or other.under
    )


def _rank(call: Call) -> tuple[int, int]:
    return URGENCY_ORDER.index(call.urgency), CONTACT_ORDER.index(call.contact)
