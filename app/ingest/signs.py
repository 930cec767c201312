"""Warning signs: the sentences and lists of a page that call for care, read so that what is in doubt stays out.

A sign is taken only where a certain call names it, in its condition or in a list that the call leads into. Everything
else that calls for care keeps the set from being complete.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from re import Pattern

from app.ingest.calls import (
    TRAILING,
    Call,
    Reader,
    clauses,
    condition_of,
    covered_by,
    is_order,
    points,
    pressing,
    rank,
    read_call,
    reader_of,
    umbrella_in,
)
from app.ingest.parts import Block, Item, Listing, Lost, Part, Prose
from app.ingest.words import Note, Words, plain, sentences
from app.pack import Scope, Urgency

MAX_SIGN = 300


@dataclass(frozen=True, slots=True)
class FoundSign:
    """A sign as one place names it. `kind` is what an umbrella covers, `under` the kind that it is an example of.

    `joined` is a sign put together of words that the page has apart: whom it is for, or what a list goes on from.
    """

    text: str
    call: Call
    numbers: tuple[int, ...]
    scope: Scope = Scope.named
    kind: str | None = None
    under: str | None = None
    joined: bool = False


@dataclass(slots=True)
class Findings:
    """The signs of a page, and why the set is not complete: with no reason left and a whole list read, it is.

    `listed` are signs of a kind that the page names without a call: they count if it calls for any sign of that kind.
    """

    signs: list[FoundSign] = field(default_factory=list)
    listed: list[FoundSign] = field(default_factory=list)
    reasons: set[Note] = field(default_factory=set)
    whole_lists: int = 0

    @property
    def complete(self) -> bool:
        """Whether the page gives all its signs, in whole lists."""
        return bool(self.signs and self.whole_lists) and not self.reasons


# What a condition names.


def signs_of(call: Call, numbers: tuple[int, ...], reader: Reader) -> list[FoundSign] | None:
    """The signs that a call's own condition names; None where it cannot be told."""
    found = _named_in(call, numbers, reader)
    if found is None or any(points(sign.text, reader) for sign in found if sign.scope is Scope.named):
        return None
    return [replace(sign, text=f"{call.whom}: {sign.text}", joined=True) for sign in found] if call.whom else found


def _named_in(call: Call, numbers: tuple[int, ...], reader: Reader) -> list[FoundSign] | None:
    rules, signs = reader.words.calls, reader.words.signs
    text = call.condition or ""
    flat = plain(text)
    if not text or len(text) > MAX_SIGN or rules.not_a_sign.search(flat) or rules.dangling_subject.search(flat):
        return None
    if rules.directive.search(flat):
        return None
    head, colon, tail = text.partition(":")
    if colon and points(head, reader):
        return [FoundSign(sign, call, numbers) for sign in _enumeration(tail, reader)] or None
    umbrella = umbrella_in(flat, reader)
    if umbrella is None:
        held = signs.holder.match(flat) if not signs.and_clause.search(flat) else None
        named = _alternatives(text[held.end() :] if held else text, reader, held=held is not None)
        return [FoundSign(sign, call, numbers) for sign in named]
    covered, rest = covered_by(umbrella, reader)
    end = umbrella.end() - len(rest)
    found = [FoundSign(text[umbrella.start() : end].strip(), call, numbers, Scope.any, covered)]
    examples = _examples(text[end:].strip(), reader)
    before = _beside(text[: umbrella.start()], signs.or_at_end, reader)
    after = _beside(text[end:], signs.or_at_start, reader) if examples is None else []
    if before is None or after is None:
        return None
    found += [FoundSign(sign, call, numbers) for sign in [*before, *after]]
    return found + [FoundSign(sign, call, numbers, under=covered) for sign in examples or []]


def _examples(text: str, reader: Reader) -> list[str] | None:
    """What `, such as fever or chills` or `(fever, chills)` names after an umbrella sign; None for other text."""
    inside = re.fullmatch(r"\(([^()]+)\)", text)
    listed = inside[1] if inside else text
    told = reader.words.signs.examples.match(plain(listed))
    return _enumeration(listed[told.end() if told else 0 :], reader) if told or inside else None


def _beside(text: str, joint: Pattern[str], reader: Reader) -> list[str] | None:
    """The signs that an "or" puts beside an umbrella sign; none for a mere subject, None where it cannot be told."""
    signs, flat = reader.words.signs, plain(text)
    edge = joint.search(flat)
    if edge is None:
        return [] if points(text, reader) or signs.bearer.search(flat) else None
    told = (text[: edge.start()] + text[edge.end() :]).strip()
    held = signs.holder.match(plain(told))
    named = _alternatives(told[held.end() if held else 0 :], reader, held=held is not None, more=True)
    return named if all(signs.stands_alone.match(plain(sign)) for sign in named) else None


def _alternatives(text: str, reader: Reader, *, held: bool = False, more: bool = False) -> list[str]:
    """`a rash, a fever, or trouble breathing` is three signs; where a part may not stand alone, the whole is one.

    `held` says that a person has what is named, `more` that an "or" leads to a further sign after the text.
    """
    rules, flat = reader.words.signs, plain(text)
    pieces = _pieces(text, reader)
    if len(pieces) < 2 or any(rules.and_.search(plain(piece)) for piece in pieces[1:]) or "(" in text:
        return [text]
    if not (more or rules.or_.search(flat)) or any(points(piece, reader) for piece in pieces):
        return [text]
    if rules.and_.search(plain(pieces[0])) and len(pieces) + more < 3:
        return [text]
    personal = held or points(" ".join(pieces[0].split()[:2]), reader)
    if not personal and any(_is_predicate(piece, reader) for piece in pieces[1:]):
        return [text]
    short = len(pieces[0].split()) <= 2
    if_word = reader.words.calls.if_word
    whole = held or if_word.match(plain(pieces[1])) is not None  # the first part is then a sign or a clause of its own
    if not all(_stands_alone(piece, reader, noun=short) for piece in pieces[whole:]):
        return [text]
    pieces = [piece[found.end() :].strip() if (found := if_word.match(plain(piece))) else piece for piece in pieces]
    return [text] if _distributes(pieces, reader) else pieces


def _pieces(text: str, reader: Reader) -> list[str]:
    """The parts between commas and "or"; what a bare "or" adds to a word, as in `blue or gray`, stays with it."""
    pieces, start = [], 0
    for joint in reader.words.signs.alternative.finditer(text):
        after = text[joint.end() :]
        following = reader.words.signs.alternative.split(after, maxsplit=1)[0]
        short = len(text[start : joint.start()].split()) <= 2
        if joint[0].lstrip().startswith(",") or _stands_alone(following, reader, noun=short):
            pieces.append(text[start : joint.start()])
            start = joint.end()
    return [*pieces, text[start:]]


def _stands_alone(piece: str, reader: Reader, *, noun: bool = False) -> bool:
    rules, flat = reader.words.signs, plain(piece)
    alone = rules.stands_alone.match(flat) or reader.words.calls.if_word.match(flat)
    if alone is None and noun:  # `belly pain`
        named = reader.words.calls.needer.match(flat)
        return named is not None and bool(named.groupdict().get("sign"))
    return alone is not None and rules.place.match(flat) is None


def _is_predicate(piece: str, reader: Reader) -> bool:
    """Whether a part lacks its subject: `turns blue`, which may be said of a person or of a rash."""
    rules, flat = reader.words.signs, plain(piece)
    if reader.words.calls.if_word.match(flat) or reader.words.calls.needer.match(flat):
        return False
    return not (rules.article.match(flat) or rules.trouble.match(flat) or umbrella_in(flat, reader))


def _enumeration(text: str, reader: Reader) -> list[str]:
    """`fever, redness around a cut, and chills` is three signs; nothing where a part may not stand alone."""
    rules = reader.words.signs
    text = text.strip(TRAILING)
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
    for part in parts:
        if _is_other_matter(part, reader):
            findings.reasons |= {"set-left-out"} if _calls_anywhere(part, reader) else set()
            continue
        heading = _heading_call(part.heading, reader)
        for at, block in enumerate(part.blocks):
            before = part.blocks[at - 1] if at else None
            if isinstance(block, Lost):
                _read_lost(block, heading if at == 0 else None, findings, reader)
            elif isinstance(block, Listing):
                call = _call_for(block, before, heading, reader, first=at == 0)
                _read_listing(block, call, part.numbers if call is heading else (), findings, reader)
                findings.listed.extend(_listed_signs(block, reader))
            elif not block.cell:
                after = part.blocks[at + 1] if at + 1 < len(part.blocks) else None
                _read_prose(block, before, after, findings, reader, near=heading is not None)
    kinds = {sign.kind for sign in findings.signs if sign.kind}
    findings.signs = _merge([*findings.signs, *(sign for sign in findings.listed if sign.under in kinds)], reader)
    if any(sign.scope is Scope.any for sign in findings.signs):
        findings.reasons.add("set-umbrella")
    return findings


def _is_other_matter(part: Part, reader: Reader) -> bool:
    """Whether a part is about a medicine, a vaccine or the time after surgery: its signs are not the condition's."""
    return part.heading is not None and reader.words.calls.other_matter.search(plain(part.heading)) is not None


def _calls_anywhere(part: Part, reader: Reader) -> bool:
    texts = [block.text if isinstance(block, Prose) else block.lead or "" for block in part.blocks]
    return any(reader.words.calls.directive.search(plain(text)) for text in [part.heading or "", *texts])


def _read_prose(
    block: Prose, before: Block | None, after: Block | None, findings: Findings, reader: Reader, *, near: bool
) -> None:
    umbrella: FoundSign | None = None
    told: list[str] = []
    elsewhere = False
    if reader.words.signs.unfinished.search(plain(block.text)):
        findings.reasons.add("set-examples")
    for sentence in sentences(block.text, reader.words):
        if include := _including(sentence, umbrella, reader):
            told = _enumeration(sentence[slice(*include.span("items"))], reader)
            _keep_told(told, sentence, covered_by(include, reader)[0], umbrella, block, findings)
            continue
        elsewhere = elsewhere or reader.words.calls.other_cause.search(plain(sentence)) is not None
        calls = [(clause, call) for clause in clauses(sentence, reader) if (call := read_call(clause, reader))]
        if elsewhere:  # the paragraph has turned to a medicine or an operation, and its calls with it
            calls = [(clause, replace(call, certain=False)) for clause, call in calls]
        near = near or bool(calls)
        if not calls and _speaks_of_care(sentence, reader, near=near):
            findings.reasons.add("set-left-out")
        found = [sign for clause, call in calls for sign in _read_clause(clause, call, block.numbers, findings, reader)]
        umbrella = next((sign for sign in found if sign.scope is Scope.any), None)
        for call in (call for _, call in calls if call.certain and call.condition is None):
            _read_pointing(call, told, before, after, block, findings, reader)
        findings.signs += found
        told = []


def _speaks_of_care(text: str, reader: Reader, *, near: bool) -> bool:
    """Whether a text in which no call was read may yet be one; `near` calls a doctor's name or a hurry is enough."""
    rules, flat = reader.words.calls, plain(text)
    if rules.emergency.search(flat) or reader.words.signs.alarming.search(flat):
        return True
    hurry = bool(rules.immediate.search(flat) or rules.urgent.search(flat))
    care = bool(rules.doctor.search(flat) or rules.directive.search(flat))
    return (hurry or care) if near else (care and (hurry or rules.conditional.search(flat) is not None))


def _including(sentence: str, umbrella: FoundSign | None, reader: Reader) -> re.Match[str] | None:
    """`Common signs include …`; right after an umbrella sign `These include …` as well."""
    signs, flat = reader.words.signs, plain(sentence)
    return signs.include.match(flat) or (signs.these_include.match(flat) if umbrella else None)


def _keep_told(
    told: list[str], sentence: str, covered: str | None, umbrella: FoundSign | None, block: Prose, findings: Findings
) -> None:
    """Keep the signs that a sentence lists: as examples of the umbrella sign before it, or for one that comes yet."""
    if umbrella is not None and covered in {None, umbrella.kind}:
        findings.reasons.add("set-examples")
        findings.signs += [FoundSign(sign, umbrella.call, block.numbers, under=umbrella.kind) for sign in told]
    elif covered:
        findings.listed += [FoundSign(sign, Call(sentence), block.numbers, under=covered) for sign in told]


def _read_clause(
    clause: str, call: Call, numbers: tuple[int, ...], findings: Findings, reader: Reader
) -> list[FoundSign]:
    if call.certain and call.condition is None:
        return []
    found = signs_of(call, numbers, reader) if call.certain else None
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
    listed = isinstance(before, Listing) and before.whole and before.lead
    if told:
        findings.reasons.add("set-examples")
        findings.signs += [FoundSign(sign, call, block.numbers) for sign in told]
    elif isinstance(after, Listing) and after.lead is None and not isinstance(before, Listing):
        return  # the list itself asks for its call
    elif isinstance(before, Listing) and listed and reader.words.signs.about_signs.search(plain(listed)):
        _read_items(before, call, findings, reader)
    else:
        findings.reasons.add("set-left-out")


# Lists, and the calls that lead into them.


def _heading_call(heading: str | None, reader: Reader) -> Call | None:
    """The call that a heading gives: `Call 911 if`, `Call the doctor now`, `When should I call the doctor?`."""
    rules, flat = reader.words.calls, plain(heading or "")
    asked = rules.directive.search(flat)
    if heading is None or asked is None or rules.negated.search(flat):
        return None
    before, after = flat[: asked.start()], flat[asked.end() :]
    call = Call(heading.strip(" :"), *pressing(flat, reader))
    if rules.heading.match(before):
        return None if rules.limits.search(reader.having_it.sub(" ", after)) else call
    bare = is_order(before, asked[0], reader) and condition_of(rules.directive.sub("", after), reader)[0] is None
    return call if bare else read_call(heading, reader)


def _call_for(
    block: Listing, before: Block | None, heading: Call | None, reader: Reader, *, first: bool
) -> Call | None:
    """The call that a list's items belong to: its lead-in, the sentence before it, or the heading above it."""
    if block.lead is not None:
        call, lead = read_call(block.lead, reader), plain(block.lead)
        if call is not None or heading is None:
            return call
        if_word = reader.words.calls.if_word
        below = not if_word.match(lead) or if_word.search(plain(heading.action))  # else it may speak of the list above
        stub = first and below and points(if_word.sub("", lead), reader)
        alarm = heading.urgency is Urgency.immediate and reader.words.signs.alarming.search(lead)
        return heading if stub or alarm else None
    if isinstance(before, Prose) and not before.cell:
        call = read_call(sentences(before.text, reader.words)[-1], reader)
        return call if call is not None and call.condition is None else None
    return heading if first else None


def _read_lost(block: Lost, heading: Call | None, findings: Findings, reader: Reader) -> None:
    findings.reasons.add("set-list-lost")
    call = read_call(block.lead, reader) or heading
    if call is not None and call.certain and call.condition is not None:
        findings.signs += _led_byumbrella_in(call, block.numbers, reader)


def _led_byumbrella_in(call: Call, numbers: tuple[int, ...], reader: Reader) -> list[FoundSign]:
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
        if block.lead and _speaks_of_care(block.lead, reader, near=False):
            findings.reasons.add("set-left-out")
        for at, item in enumerate(block.items):
            own, inner = read_call(item.text, reader), _inside(block.items, at)
            if own and own.condition is None and inner:
                inside = replace(block, numbers=item.numbers, lead=item.text, items=tuple(inner))
                _read_listing(inside, own, (), findings, reader)
            elif own:
                findings.signs += _read_clause(item.text, own, item.numbers, findings, reader)
            elif _speaks_of_care(item.text, reader, near=False):
                findings.reasons.add("set-left-out")
        return
    umbrella = _led_byumbrella_in(call, block.numbers, reader) if call.certain and call.condition else []
    findings.signs += umbrella
    told = block.whole or block.marked
    stem = call.condition if call.condition is not None and not umbrella else None
    lead = (block.lead or "").strip(TRAILING)
    apart = stem is not None and not (lead.endswith(stem) and _goes_into(stem, reader))
    both = any(found.end() > len(lead) for found in reader.words.signs.and_.finditer(f"{lead} "))
    if not call.certain or not told or apart or (umbrella and both):
        findings.reasons.add("set-left-out")
        return
    if call.whom:
        stem = f"{call.whom}: {stem or ''}".strip()
    call, under = (umbrella[0].call, umbrella[0].kind) if umbrella else (call, None)
    call = replace(call, stem=stem)
    _read_items(replace(block, numbers=above + block.numbers), call, findings, reader, under=under)


def _goes_into(stem: str, reader: Reader) -> bool:
    """Whether each item of a list may be read on from the words before it: `your child's skin` / `turns red`."""
    rules, flat = reader.words.calls, plain(stem)
    doubtful = (rules.these, rules.exception, rules.not_a_sign, rules.dangling_subject, rules.directive)
    if any(rule.search(flat) for rule in doubtful) or umbrella_in(flat, reader) or len(flat.split()) > 15:
        return False
    return not any(rule.search(f"{flat} ") for rule in (reader.words.signs.examples_end, reader.words.signs.or_at_end))


def _read_items(block: Listing, call: Call, findings: Findings, reader: Reader, *, under: str | None = None) -> None:
    """Take the items of a list that a call leads into, as far as they can be told from what follows."""
    findings.whole_lists += 1
    if not block.marked:
        findings.reasons.add("set-open")
    if reader.words.signs.open_ended.search(plain(block.lead or "")):
        findings.reasons.add("set-examples")
    for at, item in enumerate(block.items):
        inner = _inside(block.items, at)
        if item.text.endswith(":") and not inner:
            findings.reasons.add("set-left-out")
            return  # where the list that it leads into ends cannot be told
        if item.depth == block.items[0].depth and not (not block.whole and _is_cut(item, reader)):
            _read_item(item, inner, block.numbers, call, under, findings, reader)


def _read_item(
    item: Item,
    inner: Sequence[Item],
    numbers: tuple[int, ...],
    call: Call,
    under: str | None,
    findings: Findings,
    reader: Reader,
) -> None:
    own = read_call(item.text, reader) if not inner and not call.stem else None
    if own is not None and own.certain and own.condition is not None:
        findings.signs += _read_clause(item.text, own, item.numbers, findings, reader)
        return
    found = _item_sign(item, call, numbers, reader)
    if inner and (found is None or found.scope is Scope.named):
        _read_inner(item, inner, numbers, call, under, findings, reader)
        return
    if found is None:
        findings.reasons.add("set-left-out")
        return
    if inner or reader.words.signs.open_ended.search(plain(item.text)):
        findings.reasons.add("set-examples")
    findings.signs.append(replace(found, under=under))
    examples = (_item_sign(example, call, numbers, reader) for example in inner)
    findings.signs += [replace(example, under=found.kind) for example in examples if example is not None]


def _read_inner(
    item: Item,
    inner: Sequence[Item],
    numbers: tuple[int, ...],
    call: Call,
    under: str | None,
    findings: Findings,
    reader: Reader,
) -> None:
    """The list inside an item: its items are signs only together with the words that they go on from."""
    signs, layout, text = reader.words.signs, reader.words.layout, item.text.strip(" :")
    bare = signs.examples_end.sub("", text)
    deeper = any(other.depth != inner[0].depth for other in inner)
    if deeper or not (points(text, reader) or _goes_into(bare, reader)):
        findings.reasons.add("set-left-out")
        return
    if bare != text and not any(signs.preposition.match(plain(child.text)) for child in inner):
        findings.reasons.add("set-examples")
        call_inside = call
    elif not points(text, reader):
        goes_on = layout.dangling.search(plain(text)) or layout.cut_item.search(plain(text))
        stem = text if goes_on and bare == text else f"{text}:"
        call_inside = replace(call, stem=f"{call.stem} {stem}" if call.stem else stem)
        if not goes_on or bare != text:
            findings.reasons.add("set-examples")
    else:
        call_inside = call
    if bare != text:
        _read_item(replace(item, text=bare), [], numbers, call, under, findings, reader)
    for child in inner:
        _read_item(child, [], tuple({*numbers, *item.numbers}), call_inside, under, findings, reader)


def _is_cut(item: Item, reader: Reader) -> bool:
    return reader.words.layout.cut_item.search(item.text) is not None


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
    if call.stem and not (rules.directive.search(flat) or rules.these.search(flat)):
        return FoundSign(f"{call.stem} {text}", call, numbers, joined=True)
    if call.stem or points(text, reader):
        return None
    if rules.dangling_subject.search(flat):
        return None
    if rules.directive.search(flat):
        return _item_with_call(text, call, numbers, reader)
    if umbrella := umbrella_in(flat, reader):
        bare = signs.examples_end.sub("", text)
        return FoundSign(bare, call, numbers, Scope.any, covered_by(umbrella, reader)[0])
    return FoundSign(text, call, numbers)


def _item_with_call(text: str, call: Call, numbers: tuple[int, ...], reader: Reader) -> FoundSign | None:
    """`trouble breathing (call 911)`: the item's own call, where it presses more than its list's."""
    found = re.fullmatch(r"(?P<sign>[^()]+?)\s*\((?P<order>[^()]+)\)", text)
    rules = reader.words.calls
    if found is None or rules.directive.search(plain(found["sign"])) or rules.negated.search(plain(found["order"])):
        return None
    if rules.if_word.search(plain(found["order"])):
        return None
    urgency, contact = pressing(plain(found["order"]), reader)
    own = Call(found["order"], urgency, contact)
    return FoundSign(found["sign"], min(own, call, key=rank), numbers)


def _listed_signs(block: Listing, reader: Reader) -> Iterator[FoundSign]:
    """Items of a list that names itself signs of a kind: they count where the page calls for any sign of that kind."""
    include = reader.words.signs.include.match(plain(f"{block.lead} :")) if block.lead else None
    covered = covered_by(include, reader)[0] if include else None
    if covered is None or not block.whole or any(item.depth > 1 for item in block.items):
        return
    for item in block.items:
        found = _item_sign(item, Call(block.lead or ""), block.numbers, reader)
        if found is not None:
            yield replace(found, under=covered)


# One sign, however often it is named.


def _merge(signs: Iterable[FoundSign], reader: Reader) -> list[FoundSign]:
    """Each sign once, at its highest urgency; an example of an umbrella is never below the umbrella."""
    same: dict[str, list[FoundSign]] = {}
    for sign in signs:
        same.setdefault(_same(sign, reader), []).append(sign)
    merged = {key: _joined(found) for key, found in same.items()}
    umbrellas = {sign.kind: sign for sign in merged.values() if sign.scope is Scope.any and sign.kind}
    for key, sign in merged.items():
        above = umbrellas.get(sign.under) if sign.under else None
        if above is not None and rank(above.call) < rank(sign.call):
            merged[key] = replace(sign, call=above.call, numbers=tuple(sorted({*sign.numbers, *above.numbers})))
    return list(merged.values())


def _same(sign: FoundSign, reader: Reader) -> str:
    if sign.scope is Scope.any and sign.kind:
        return f"any:{sign.kind}"
    text = " ".join(reader.having_it.sub(" ", plain(sign.text).casefold()).split())
    held = reader.words.signs.holder.match(text)
    text = reader.words.signs.article.sub("", text[held.end() :] if held else text)
    return " ".join(re.sub(r"(?<=\w{3})s$", "", token) for token in re.findall(r"[\w'°.-]+", text))


def _joined(found: list[FoundSign]) -> FoundSign:
    call = min((sign.call for sign in found), key=rank)
    numbers = {number for sign in found for number in sign.numbers}
    under = next((sign.under for sign in found if sign.under), None)
    return replace(found[0], call=call, numbers=tuple(sorted(numbers)), under=under)
