"""The article of a page as a condition with one edition: sections, blocks, warning signs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from app.ingest.context import Context
from app.ingest.glossary import same_word
from app.ingest.outline import stems
from app.ingest.parts import Block as FoundBlock
from app.ingest.parts import Listing, Lost, Part, Prose
from app.ingest.signs import Findings, find_signs
from app.ingest.slugs import free_slug
from app.ingest.words import Words, plain
from app.pack import (
    Alias,
    Block,
    Condition,
    Edition,
    ListBlock,
    LostList,
    Paragraph,
    Provenance,
    Review,
    Section,
    Sign,
    SignSet,
    SignSetWording,
    SignWording,
)

MAX_BLOCKS = 500
MAX_RUNS = 50


def make_condition(context: Context) -> Condition:
    """The condition that a page is about, with the page as its only edition."""
    found = context.outline
    findings = find_signs(found.parts, found.name, context.words)
    taken: dict[str, int] = {}
    keys = [free_slug(sign.text, taken, "sign") for sign in findings.signs]
    edition = _edition(context, findings, keys)
    signs = tuple(
        Sign(key=key, scope=sign.scope, urgency=sign.call.urgency, contact=sign.call.contact)
        for key, sign in zip(keys, findings.signs, strict=True)
    )
    return Condition(
        slug=context.slug,
        aliases=tuple(_aliases(context)),
        sign_set=SignSet(complete=findings.complete, signs=signs),
        editions=(edition,),
        provenance=edition.provenance.model_copy(update={"derived": ("slug", "sign_set")}),
    )


def _edition(context: Context, findings: Findings, keys: Sequence[str]) -> Edition:
    found = context.outline
    sections = tuple(_sections(context))
    numbers = [*found.name_numbers, *found.audience_numbers, *found.credit.numbers]
    numbers += [number for section in sections for number in section.provenance.lines]
    derived = ["summary", "warning_signs"]
    derived += ["audience"] if found.audience_basis == "derived" else []
    derived += ["name"] if not found.name_numbers else []
    return Edition(
        lang=context.words.lang,
        audience=found.audience,
        audience_basis=found.audience_basis,
        name=found.name,
        pronunciation=_pronunciation(context),
        summary=_summary(context),
        url=context.page.url,
        published_on=found.credit.published_on,
        modified_on=found.credit.modified_on,
        review=_review(context),
        warning_signs=_sign_set(context, findings, keys),
        sections=sections,
        provenance=context.provenance(numbers, *derived),
    )


def _review(context: Context) -> Review:
    """The review that the page states; without its whole date it cannot be stated as one."""
    credit = context.outline.credit
    if credit.reviewed_on is None:
        return Review()
    return Review(status="reviewed", by=credit.by, reviewed_on=credit.reviewed_on, next_review_on=credit.next_review_on)


def _pronunciation(context: Context) -> str | None:
    named = same_word(context.outline.name)
    return next((said.other for said in context.glossary.sayings if same_word(said.word) == named), None)


def _summary(context: Context) -> str:
    """The page's first paragraph."""
    blocks = [block for part in context.outline.parts for block in part.blocks]
    prose = next((block.text for block in blocks if isinstance(block, Prose) and not block.cell), None)
    return (
        prose
        or next((block.lead for block in blocks if not isinstance(block, Prose) and block.lead), None)
        or (context.outline.name)
    )


def _aliases(context: Context) -> Iterator[Alias]:
    named, taken = same_word(context.outline.name), {context.outline.name.casefold()}
    for name in context.glossary.names:
        if same_word(name.word) == named and name.other.casefold() not in taken:
            taken.add(name.other.casefold())
            yield Alias(
                name=name.other,
                kind="abbreviation" if name.other.isupper() else "synonym",
                lang=context.words.lang,
                provenance=context.provenance(name.numbers, "kind"),
            )


# Sections and blocks.


def _sections(context: Context) -> Iterator[Section]:
    anchors: dict[str, int] = {}
    for part, aspect, told in _asked(context):
        heading = part.heading or context.words.aspects.labels.get(aspect or "", context.outline.name)
        blocks = [block for found in part.blocks for block in _blocks(found, heading, context)]
        for start in range(0, len(blocks), MAX_BLOCKS):
            few = blocks[start : start + MAX_BLOCKS]
            numbers = {number for block in few for number in block.provenance.lines} | set(part.numbers)
            derived = ("anchor", "aspect") if told else ("heading", "anchor", "aspect")
            yield Section(
                heading=heading,
                anchor=free_slug(heading, anchors, "section"),
                aspect=aspect,
                blocks=tuple(few),
                provenance=context.provenance(numbers, *derived),
            )


def _asked(context: Context) -> Iterator[tuple[Part, str | None, bool]]:
    """Each part with the question it answers, and whether its own heading says so."""
    parts = context.outline.parts
    if context.guess and not any(part.heading for part in parts):
        runs = list(_runs(parts, context.words))
        if len(runs) > MAX_RUNS:  # text that turns this often is about everything at once
            runs = [(Part(blocks=[block for part in parts for block in part.blocks]), "OverviewHealthAspect")]
        yield from ((part, aspect, False) for part, aspect in runs)
        return
    for part in parts:
        if part.heading is None:
            yield part, "OverviewHealthAspect", False
        else:
            yield part, heading_aspect(part.heading, context.words), True


def heading_aspect(heading: str, words: Words) -> str | None:
    """The question that a heading asks, as a health aspect."""
    return next((aspect for aspect, rule in words.aspects.by_heading if rule.search(plain(heading))), None)


def _runs(parts: Sequence[Part], words: Words) -> Iterator[tuple[Part, str]]:
    """Text without headings: neighbouring paragraphs that answer one question make a part."""
    current, aspect = Part(), "OverviewHealthAspect"
    for at, block in enumerate(block for part in parts for block in part.blocks):
        text = plain(block.text if isinstance(block, Prose) else block.lead or "")
        told = next((name for name, rule in words.aspects.by_text if rule.search(text)), aspect) if at else aspect
        if told != aspect and current.blocks:
            yield current, aspect
            current = Part()
        aspect = told
        current.blocks.append(block)
    if current.blocks:
        yield current, aspect


def _blocks(found: FoundBlock, heading: str, context: Context) -> Iterator[Block]:
    notes = context.words.notes
    if isinstance(found, Prose):
        if text := _statement(found.text):
            yield Paragraph(type="paragraph", text=text, provenance=context.provenance(found.numbers))
    elif isinstance(found, Lost):
        yield _lost(found.lead, notes["list-lost"], found.numbers, context)
    elif found.whole:
        yield from _lists(found, context)
    else:
        numbers = found.numbers or found.items[0].numbers
        yield _lost(found.lead or _statement(heading) or context.outline.name, notes["list-unclear"], numbers, context)
        for item in found.items:
            text = _statement(item.text)
            if context.words.layout.cut_item.fullmatch(plain(item.text)):
                continue  # "show more" says that the list goes on: it is no item of it
            if text and item.text.endswith(":"):
                yield _lost(text, notes["list-lost"], item.numbers, context)
            elif text:
                yield Paragraph(type="paragraph", text=text, provenance=context.provenance(item.numbers))


def _lost(about: str, note: str, numbers: tuple[int, ...], context: Context) -> LostList:
    return LostList(type="lost-list", about=about, note=note, provenance=context.provenance(numbers, "note"))


def _lists(found: Listing, context: Context) -> Iterator[Block]:
    """A list, and after it the lists inside its items, each under the item that leads into it."""
    depth = min(item.depth for item in found.items)
    own = [at for at, item in enumerate(found.items) if item.depth == depth]
    texts = [text for at in own if (text := _statement(found.items[at].text))]
    numbers = [*found.numbers, *(number for at in own for number in found.items[at].numbers)]
    for start in range(0, len(texts), MAX_BLOCKS):
        yield ListBlock(
            type="list",
            about=_statement(found.lead or "") or None,
            ordered=found.ordered,
            items=tuple(texts[start : start + MAX_BLOCKS]),
            provenance=context.provenance(numbers),
        )
    for at, after in zip(own, [*own[1:], len(found.items)], strict=True):
        parent, inner = found.items[at], found.items[at + 1 : after]
        if inner:
            yield from _lists(Listing(parent.numbers, parent.text, tuple(inner), found.ordered, whole=True), context)


def _statement(text: str) -> str:
    return text.strip(" :：")


# Warning signs.


def _sign_set(context: Context, findings: Findings, keys: Sequence[str]) -> SignSetWording:
    wordings = tuple(
        SignWording(
            key=key,
            sign=_statement(sign.text),
            action=_statement(sign.call.action),
            provenance=context.provenance(
                sign.numbers, "key", "scope", "urgency", "contact", *(["sign"] if sign.joined else [])
            ),
        )
        for key, sign in zip(keys, findings.signs, strict=True)
    )
    derived = ("applies_to", "note", "complete")
    numbers = [number for sign in findings.signs for number in sign.numbers]
    return SignSetWording(
        applies_to=_applies_to(context),
        note=_note(context, findings),
        signs=wordings,
        provenance=context.provenance(numbers, *derived)
        if numbers
        else Provenance(basis="derived", source=context.source, derived=derived),
    )


def _note(context: Context, findings: Findings) -> str | None:
    if findings.complete:
        return None
    notes = context.words.notes
    if not findings.signs:
        return notes["no-signs"]
    told = [
        notes[name]
        for name in ("set-list-lost", "set-umbrella", "set-examples", "set-left-out")
        if name in findings.reasons
    ]
    return " ".join([*told, notes["set-open"]])


def _applies_to(context: Context) -> str:
    """Whom the signs are for, in the page's words where it has them."""
    name = context.outline.name
    spelt = name.lower() if any(name.lower() in line for line in context.page.source) else name
    return context.words.patients[context.outline.audience].format(name=spelt) if len(stems(name)) <= 3 else name
