"""The packs that are measured: made-up conditions, each about as large in the API as the seed pack's neutropenia."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from pathlib import Path

from app.pack import (
    Alias,
    Audience,
    Condition,
    Contact,
    Edition,
    LostList,
    PackInfo,
    Paragraph,
    Provenance,
    Publisher,
    Scope,
    Section,
    Sign,
    SignSet,
    SignSetWording,
    SignWording,
    Urgency,
    write_pack,
)

CHANGING = ("changing-hat", "changing-sock")  # the records of a small pack of their own, published again and again
REVISION = "revision-"  # what marks each publish in every text of those records
ASPECTS = (
    "OverviewHealthAspect",
    "SymptomsHealthAspect",
    "CausesHealthAspect",
    "TreatmentsHealthAspect",
    "SelfCareHealthAspect",
    "SeeDoctorHealthAspect",
)
_VOCABULARY = (
    "a above after all almost and any apple around at balloon because before blue breakfast bright brush button by "
    "candle careful carpet ceiling chair cheese children cloud coat cold corner cup curious dance day door drum early "
    "elbow evening every feather few find flute for forest friend from garden gentle giggle glove grandmother green "
    "had hat heavy helps hiccup hill house in is island it jam kettle kitchen knee ladder lamp late laugh lemon "
    "letter light little long loud makes many marble may meadow melody mild moon more morning most mountain nap near "
    "never no noisy nose not of often on orange over paint pancake paper parade pencil piano pillow pocket puddle "
    "quiet rabbit rain red ribbon river round sail sand seldom shadow shoe silver sing sleep slow sneeze snow sock "
    "some sometimes song spoon spring square star stone story stripe summer sun table tea than that the their then "
    "they ticklish to toe tree trumpet umbrella under until usually very violin walk warm water when whistle wind "
    "window winter with yellow"
)
MADE_UP = Provenance(basis="derived")
_SIGNS = (("any-sign-of-wobble", Scope.any), ("loud-giggle", Scope.named), ("green-elbow", Scope.named))


def write_content(folder: Path, name: str, revisions: Mapping[str, int]) -> None:
    """Write a pack of one condition per slug; each text is the slug's own, and marked with the slug's revision."""
    info = PackInfo(
        name=name,
        title="Made-up conditions for a benchmark",
        publisher=Publisher(name="Nobody"),
        rights="Made up by a program, and free for any use (CC0 1.0).",
        sources=(),
    )
    write_pack(folder, info, (condition(slug, revision) for slug, revision in revisions.items()))


def condition(slug: str, revision: int) -> Condition:
    """A made-up condition with six sections, three signs and three lost lists: the same for the same slug."""
    chance = random.Random(slug)  # noqa: S311  # it must repeat, not surprise
    mark = f"{REVISION}{revision}"
    return Condition(
        provenance=MADE_UP,
        slug=slug,
        aliases=(Alias(provenance=MADE_UP, name=f"{slug} of old", kind="synonym", lang="en"),),
        sign_set=SignSet(
            complete=False,
            signs=tuple(
                Sign(key=key, scope=scope, urgency=Urgency.immediate, contact=Contact.doctor) for key, scope in _SIGNS
            ),
        ),
        editions=(_edition(slug, mark, chance),),
    )


def _edition(slug: str, mark: str, chance: random.Random) -> Edition:
    return Edition(
        provenance=MADE_UP,
        lang="en",
        audience=Audience.parents,
        audience_basis="stated",
        name=slug.replace("-", " ").capitalize(),
        summary=f"{_sentences(chance, 2)} This is {mark}.",
        warning_signs=SignSetWording(
            provenance=MADE_UP,
            applies_to="children who were made up for a benchmark",
            note="These are examples only, and nobody has them.",
            signs=tuple(
                SignWording(
                    provenance=MADE_UP,
                    key=key,
                    sign=key.replace("-", " ").capitalize(),
                    action="Tell the band.",
                )
                for key, _ in _SIGNS
            ),
        ),
        sections=tuple(_sections(mark, chance)),
    )


def _sections(mark: str, chance: random.Random) -> Iterator[Section]:
    for at, aspect in enumerate(ASPECTS):
        text = f"{_sentences(chance, 2)} This is {mark}."
        blocks: list[Paragraph | LostList] = [Paragraph(provenance=MADE_UP, type="paragraph", text=text)]
        if at % 2:
            note = "The list that stood here is missing from the source. We do not fill it in."
            about = _sentences(chance, 1).removesuffix(".")
            blocks.append(LostList(provenance=MADE_UP, type="lost-list", about=about, note=note))
        yield Section(
            provenance=MADE_UP,
            heading=_sentences(chance, 1).removesuffix("."),
            anchor=f"part-{at}",
            aspect=aspect,
            blocks=tuple(blocks),
        )


def _sentences(chance: random.Random, count: int) -> str:
    return " ".join(f"{' '.join(chance.choices(_VOCABULARY.split(), k=10)).capitalize()}." for _ in range(count))
