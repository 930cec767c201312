"""The importer for MedlinePlus's health topics: what a file becomes, what is left out, what is refused."""

from __future__ import annotations

import hashlib
import html
import re
import shutil
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.check import scan
from app.ingest.medlineplus import MAX_TOPIC, Extracted, FaultyFileError, extract
from app.pack import Article, Condition, Faults, ListBlock, LostList, Paragraph, read_info, read_records
from tests.conftest import ROOT, SEED, Api
from tests.test_cli import run

TOPICS = Path(__file__).parent / "feeds" / "topics.xml"
SHARED = Path(__file__).parents[2] / "shared" / "data" / "medlineplus"
PARAGRAPH = "<p>Blue elbow is an illness.</p>"


@pytest.fixture(scope="session")
def topics_pack(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("medlineplus") / "pack"
    extract([TOPICS], folder)
    return folder


@pytest.fixture(scope="session")
def topics(make_api: Callable[..., Api], topics_pack: Path) -> Api:
    """The service with the seed pack and the topics written for these tests."""
    return make_api(SEED, topics_pack)


def topic(
    summary: str = PARAGRAPH,
    *more: str,
    key: int = 1,
    title: str = "Blue Elbow",
    language: str = "English",
    date: str = "05/06/2004",
    url: str | None = None,
) -> str:
    address = url or f"https://topics.example/{key}.html"
    return (
        f'<health-topic title="{title}" url="{address}" id="{key}" language="{language}" date-created="{date}">\n'
        f"<full-summary>{html.escape(summary)}</full-summary>\n{''.join(more)}</health-topic>\n"
    )


def feed(*topics: str, total: int | None = None, prolog: str = "") -> str:
    return f'{prolog}<health-topics total="{total or len(topics)}">\n{"".join(topics)}</health-topics>\n'


def mapped(key: int, language: str) -> str:
    return f'<language-mapped-topic id="{key}" language="{language}">x</language-mapped-topic>'


def import_files(tmp_path: Path, *texts: str, skip_faulty: bool = False) -> Extracted:
    """Import made-up files together: `1.xml`, `2.xml` and so on, in this order."""
    files = [tmp_path / f"{number}.xml" for number, _ in enumerate(texts, start=1)]
    for file, text in zip(files, texts, strict=True):
        file.write_text(text)
    return extract(files, tmp_path / "pack", skip_faulty=skip_faulty)


def records(tmp_path: Path) -> list[Any]:
    """What the pack holds, once it is seen to check."""
    scan(tmp_path / "pack")
    return [read.record for read in read_records(tmp_path / "pack", Faults())]


def import_(tmp_path: Path, text: str | bytes, *, skip_faulty: bool = False) -> Extracted:
    file = tmp_path / "topics.xml"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return extract([file], tmp_path / "pack", skip_faulty=skip_faulty)


def conditions(tmp_path: Path, text: str | bytes, *, skip_faulty: bool = False) -> list[Condition]:
    import_(tmp_path, text, skip_faulty=skip_faulty)
    scan(tmp_path / "pack")
    records = [read.record for read in read_records(tmp_path / "pack", Faults())]
    return [record for record in records if isinstance(record, Condition)]


def condition(tmp_path: Path, *args: Any, **kwargs: Any) -> Condition:
    (found,) = conditions(tmp_path, feed(topic(*args, **kwargs)))
    return found


def blocks(found: Condition) -> list[Paragraph | ListBlock | LostList]:
    return [block for section in found.editions[0].sections for block in section.blocks]


def signs(found: Condition) -> list[tuple[str, str, str]]:
    """Each sign's words, urgency and contact."""
    wordings = found.editions[0].warning_signs.signs
    return [
        (wording.sign, sign.urgency.value, sign.contact.value)
        for sign, wording in zip(found.sign_set.signs, wordings, strict=True)
    ]


def faults(tmp_path: Path, text: str | bytes, *, skip_faulty: bool = False) -> list[tuple[int | None, str, str]]:
    """The line, field and reason of each fault for which a file is refused."""
    with pytest.raises(FaultyFileError) as refused:
        import_(tmp_path, text, skip_faulty=skip_faulty)
    assert not (tmp_path / "pack").exists()
    return [(fault.line, fault.field, fault.reason) for fault in refused.value.faults.shown]


# What is served.


def test_a_topic_is_served_with_its_names_codes_and_dates(topics: Api) -> None:
    found = topics.json("/v1/conditions/blue-elbow")
    assert (found["name"], found["url"]) == ("Blue Elbow", "https://topics.example/blueelbow.html")
    assert (found["published_on"], found["modified_on"]) == ("2004-05-06", None)
    assert found["summary"] == (
        "Blue elbow is an illness that turns the elbows blue. It is caused by a germ in pond water, & it is rare."
    )
    assert [
        (alias["name"], alias["lang"], alias["kind"], alias["provenance"]["lines"]) for alias in found["aliases"]
    ] == [
        ("Elbow blues", "en", "synonym", [5]),
        ("Elbow, Blue", "en", "synonym", [42]),
        ("Codo morado", "es", "synonym", [50]),
    ]
    assert [(code["system"], code["code"], code["display"]) for code in found["codings"]] == [
        ("mesh", "D900001", "Elbow, Blue"),
        ("mesh", "D900002Q900003", "Pond Diseases/therapy"),
    ]
    assert found["edition"]["served"] == {"lang": "en", "audience": "general", "audience_basis": "unstated"}
    assert found["review"]["status"] == "unreviewed"


def test_the_groups_of_a_topic_are_served_as_categories_and_its_condition_is_found_by_them(topics: Api) -> None:
    found = topics.json("/v1/conditions/blue-elbow")["categories"]
    assert [(one["name"], one["lang"], one["provenance"]["lines"]) for one in found] == [
        ("Bones", "en", [31]),
        ("Huesos", "es", [56]),
    ]
    for name in ("bones", "HUESOS"):
        page = topics.json("/v1/conditions", params={"category": name})
        assert [item["slug"] for item in page["items"]] == ["blue-elbow"]


def test_a_category_is_a_word_of_the_edition_in_its_language(topics: Api) -> None:
    for text, lang in (("bones", "en"), ("huesos", "es")):
        found = topics.json("/v1/search", params={"q": text, "kind": "condition"})["items"]
        assert [(item["slug"], item["lang"], item["match"]) for item in found] == [("blue-elbow", lang, "text")]


def test_a_summary_is_served_as_sections_with_lists_and_lost_lists(topics: Api) -> None:
    sections = topics.json("/v1/conditions/blue-elbow")["sections"]
    assert [(section["heading"], section["aspect"], section["complete"]) for section in sections] == [
        ("Overview", "OverviewHealthAspect", True),
        ("What are the symptoms of blue elbow?", "SymptomsHealthAspect", False),
        ("What helps?", None, True),
    ]
    shown = [
        (block["type"], block.get("about"), block.get("items"), block.get("text"), block["provenance"]["lines"])
        for block in sections[1]["blocks"]
    ]
    assert shown == [
        ("list", "They may include", ["Blue skin on an elbow", "Itching"], None, [12, 14, 15, 16]),
        ("list", "Itching", ["At night", "After a bath"], None, [16, 18, 19]),
        ("paragraph", None, None, "Your skin may feel cold.", [22]),
        ("lost-list", "Other things that happen are", None, None, [22]),
    ]
    assert sections[2]["blocks"][0]["ordered"]


def test_calls_for_care_are_served_with_the_urgency_and_contact_of_their_words(topics: Api) -> None:
    found = topics.json("/v1/conditions/blue-elbow/warning-signs")
    assert [
        (sign["sign"], sign["urgency"], sign["contact"], sign["action"], sign["provenance"]["lines"])
        for sign in found["signs"]
    ] == [
        ("You cannot move your arm", "immediate", "unstated", "Get medical help immediately", [26, 28]),
        ("You have a high fever", "immediate", "unstated", "Get medical help immediately", [26, 29]),
        (
            "the blue spreads to a shoulder or if the skin tingles",
            "unstated",
            "doctor",
            "Call your health care provider if the blue spreads to a shoulder or if the skin tingles.",
            [26],
        ),
    ]
    assert found["complete"] is False
    assert found["note"] == "A list is lost from the source. Signs that are not named here may also need care."


def test_a_spanish_topic_is_an_edition_of_the_english_one_with_the_same_signs(topics: Api) -> None:
    spanish = topics.json("/v1/conditions/blue-elbow?lang=es")
    english = topics.json("/v1/conditions/blue-elbow?lang=en")
    assert spanish["name"] == "Codo azul"
    assert spanish["published_on"] == "2005-07-08"
    told = [(sign["key"], sign["urgency"], sign["contact"]) for sign in english["warning_signs"]["signs"]]
    assert [(sign["key"], sign["urgency"], sign["contact"]) for sign in spanish["warning_signs"]["signs"]] == told
    assert [sign["sign"] for sign in spanish["warning_signs"]["signs"]] == [
        "No puede mover el brazo",
        "Tiene fiebre alta",
        "el azul llega al hombro o siente un cosquilleo en la piel",
    ]


def test_a_topic_is_found_by_its_number_and_its_address(topics: Api) -> None:
    for url in ("medlineplus:101", "https://topics.example/spanish/blueelbow.html"):
        assert topics.json(f"/v1/by-url?url={url}")["slug"] == "blue-elbow"


def test_related_topics_are_articles_that_lead_to_their_pages(topics: Api) -> None:
    found = topics.json("/v1/conditions/blue-elbow/articles")["items"]
    assert [(item["title"], item["teaser"], item["url"], item["lang"]) for item in found] == [
        ("Giggles", "Giggles that do not stop: what to know.", "https://topics.example/giggles.html", "en"),
        ("Otros codos", "Otros codos", "https://topics.example/spanish/otros.html", "es"),
        ("Pond Water", "Pond Water", "https://topics.example/pondwater.html", "en"),
    ]
    assert [item["provenance"]["lines"] for item in found] == [[40, 60], [58], [41]]
    assert ["teaser" in item["provenance"]["derived"] for item in found] == [False, True, True]


def test_the_source_says_whose_it_is_and_which_file(topics: Api) -> None:
    source = topics.json("/v1/sources/medlineplus-topics")
    assert source["sha256"] == hashlib.sha256(TOPICS.read_bytes()).hexdigest()
    assert source["lines"] == len(TOPICS.read_text().splitlines())
    assert source["name"] == "MedlinePlus health topics, as of 2026-02-03"
    assert "National Library of Medicine" in source["rights"]
    assert topics.json("/v1/conditions/giggles")["publisher"]["name"] == "MedlinePlus, National Library of Medicine"


def test_other_publishers_texts_are_nowhere_in_the_pack(topics_pack: Path) -> None:
    assert "SITE TEXT" in TOPICS.read_text()
    assert [path for path in topics_pack.rglob("*.json*") if "SITE TEXT" in path.read_text()] == []


# Markup.


@pytest.mark.parametrize("wrap", [html.escape, str, "<![CDATA[{}]]>".format], ids=["escaped", "elements", "cdata"])
def test_a_summary_reads_the_same_however_its_markup_is_written(tmp_path: Path, wrap: Callable[[str], str]) -> None:
    summary = "<p>It is <b>blue</b>\n &amp; 5 &lt; 7.</p><h2>What helps?</h2><ul><li>Rest</li></ul>"
    (found,) = conditions(tmp_path, feed(topic("SUMMARY").replace("SUMMARY", wrap(summary))))
    assert [section.heading for section in found.editions[0].sections] == ["Overview", "What helps?"]
    paragraph, listing = blocks(found)
    assert isinstance(paragraph, Paragraph)
    assert paragraph.text == "It is blue & 5 < 7."
    assert paragraph.provenance.lines == (3, 4)
    assert isinstance(listing, ListBlock)
    assert listing.provenance.lines == (4,)


def test_lists_inside_lists_stand_under_the_item_that_leads_into_them(tmp_path: Path) -> None:
    summary = "<p>It helps to</p><ol><li>Rest<ul><li>at home<ol><li>in bed</li></ol></li></ul></li><li>Drink</li></ol>"
    found = [block for block in blocks(condition(tmp_path, summary)) if isinstance(block, ListBlock)]
    assert [(block.about, block.items) for block in found] == [
        ("It helps to", ("Rest", "Drink")),
        ("Rest", ("at home",)),
        ("at home", ("in bed",)),
    ]


def test_two_lists_in_a_row_stay_two(tmp_path: Path) -> None:
    found = blocks(condition(tmp_path, "<ul><li>Rest</li></ul><ul><li>Drink</li></ul>"))
    assert [block.items for block in found if isinstance(block, ListBlock)] == [("Rest",), ("Drink",)]


def test_a_colon_without_a_list_is_a_lost_list_and_what_follows_stays_text(tmp_path: Path) -> None:
    found = condition(tmp_path, "<p>Get medical help immediately if:</p><p>You have a fever</p><p>You shake</p>")
    lost, *rest = blocks(found)
    assert isinstance(lost, LostList)
    assert lost.about == "Get medical help immediately if"
    assert [block.text for block in rest if isinstance(block, Paragraph)] == ["You have a fever", "You shake"]
    assert signs(found) == []
    assert not found.sign_set.complete


def test_a_heading_that_nothing_stands_under_is_kept_as_text(tmp_path: Path) -> None:
    summary = "<h2>Symptoms</h2><h3>Signs at night:</h3><h3>By day</h3><p>It is blue.</p><h2>More</h2>"
    sections = condition(tmp_path, summary).editions[0].sections
    assert [section.heading for section in sections] == ["Overview", "By day"]
    assert [type(block) for section in sections for block in section.blocks] == [
        Paragraph,
        LostList,
        Paragraph,
        Paragraph,
    ]
    last = sections[-1].blocks[-1]
    assert isinstance(last, Paragraph)
    assert last.text == "More"


def test_a_group_cites_every_line_that_it_stands_on_and_is_one_category_however_often_it_is_named(
    tmp_path: Path,
) -> None:
    groups = '<group id="4"\nurl="https://topics.example/b.html">\nBones &amp;\n Joints</group>', "<group>Skin</group>"
    found = condition(tmp_path, PARAGRAPH, *groups, "<group>SKIN</group>", "<group> </group>")
    assert [(one.name, one.lang, one.provenance.lines, one.provenance.derived) for one in found.categories] == [
        ("Bones & Joints", "en", (4, 5, 6, 7), ()),
        ("Skin", "en", (7,), ()),
    ]


def test_scripts_are_not_shown_and_line_breaks_part_sentences_only(tmp_path: Path) -> None:
    found = blocks(condition(tmp_path, "<script>alert(1)</script><p>One<br/>goes on.<br>Two is here.</p>"))
    assert [block.text for block in found if isinstance(block, Paragraph)] == ["One goes on.", "Two is here."]


def test_a_summary_without_headings_is_one_section_whatever_it_speaks_of(tmp_path: Path) -> None:
    found = condition(tmp_path, "<p>It is blue.</p><p>It is caused by germs.</p><p>Treatment is rest.</p>")
    (section,) = found.editions[0].sections
    assert (section.heading, section.aspect) == ("Overview", "OverviewHealthAspect")
    assert "heading" in section.provenance.derived


# Warning signs.


def test_no_topic_gives_all_its_signs(tmp_path: Path) -> None:
    found = condition(tmp_path, "<p>Call 911 if:</p><ul><li>you faint</li></ul>")
    assert signs(found) == [("you faint", "immediate", "emergency")]
    assert not found.sign_set.complete
    assert found.editions[0].warning_signs.note == "Signs that are not named here may also need care."


@pytest.mark.parametrize(
    "advice",
    [
        "If you are thinking of having a baby, talk with your health care provider.",
        "See your health care provider if you have not been active.",
        "Get medical attention if necessary.",
        "If you have had any of them, call your doctor.",
    ],
)
def test_advice_that_tells_of_no_illness_is_no_sign_and_the_set_says_that_it_left_some_out(
    tmp_path: Path, advice: str
) -> None:
    found = condition(tmp_path, f"<p>{advice} Call your doctor right away if you have a fever.</p>")
    assert signs(found) == [("a fever", "immediate", "doctor")]
    assert "could not be read for certain" in (found.editions[0].warning_signs.note or "")


def test_a_call_that_presses_is_a_sign_also_where_it_tells_of_no_symptom(tmp_path: Path) -> None:
    found = condition(tmp_path, "<p>If you are in danger, call 911. See a doctor if your elbow hurts.</p>")
    assert signs(found) == [("you are in danger", "immediate", "emergency"), ("your elbow hurts", "unstated", "doctor")]


def test_adjectives_between_commas_are_not_taken_for_signs(tmp_path: Path) -> None:
    told = (
        "<p>Symptoms include dry skin, a rapid, strong pulse, and nausea. If you see any of these signs, call 911.</p>"
    )
    assert [sign for sign, *_ in signs(condition(tmp_path, told))] == ["dry skin, a rapid, strong pulse, and nausea"]


@pytest.mark.parametrize(
    ("lead", "urgency"),
    [
        ("If you or your family member have these signs, get immediate medical care", "immediate"),
        ("In general, you should see your doctor if you have", "unstated"),
        ("Consult your health care provider right away if you have", "immediate"),
        ("Get medical help right away if you:", "immediate"),
    ],
)
def test_a_list_that_a_call_leads_into_is_signs_however_the_call_is_put(
    tmp_path: Path, lead: str, urgency: str
) -> None:
    found = condition(tmp_path, f"<p>{lead}</p><ul><li>Blood in your stool</li><li>Have pain</li></ul>")
    assert [(sign, how_soon) for sign, how_soon, _ in signs(found)] == [
        ("Blood in your stool", urgency),
        ("Have pain", urgency),
    ]


# English and Spanish.


def bilingual(tmp_path: Path, english: str, spanish: str) -> tuple[list[Condition], Extracted]:
    text = feed(
        topic(english, mapped(2, "Spanish"), key=1),
        topic(spanish, mapped(1, "English"), key=2, title="Codo azul", language="Spanish"),
    )
    (tmp_path / "twice").mkdir()
    return conditions(tmp_path, text), import_(tmp_path / "twice", text)


def test_a_higher_urgency_wins_where_the_languages_differ(tmp_path: Path) -> None:
    english = "<p>Get medical help if:</p><ul><li>You have a fever</li></ul>"
    spanish = "<p>Busque ayuda médica de inmediato si:</p><ul><li>Tiene fiebre</li></ul>"
    (found,), _ = bilingual(tmp_path, english, spanish)
    assert [edition.lang for edition in found.editions] == ["en", "es"]
    assert [sign.urgency for sign in found.sign_set.signs] == ["immediate"]


@pytest.mark.parametrize(
    "spanish",
    [
        "<p>Es una enfermedad.</p>",
        "<p>Llame al 911 si:</p><ul><li>Tiene fiebre</li><li>Se desmaya</li></ul>",
        "<p>Llame a su médico de inmediato si:</p><ul><li>Tiene fiebre</li></ul>",
    ],
    ids=["no sign", "more signs", "another contact"],
)
def test_a_spanish_topic_with_other_signs_stands_alone_and_neither_loses_one(tmp_path: Path, spanish: str) -> None:
    found, made = bilingual(tmp_path, "<p>Call 911 if:</p><ul><li>You have a fever</li></ul>", spanish)
    assert [(one.slug, one.editions[0].lang) for one in found] == [("blue-elbow", "en"), ("codo-azul", "es")]
    assert made.alone == ("Codo azul",)
    assert [sign for sign, *_ in signs(found[0])] == ["You have a fever"]
    assert len(found[1].sign_set.signs) == spanish.count("<li>")


def test_editions_far_apart_in_a_file_are_put_together(tmp_path: Path) -> None:
    others = [topic(key=number, title=f"Topic {number}") for number in range(10, 40)]
    last = topic("<p>Es azul.</p>", mapped(1, "English"), key=2, title="Codo azul", language="Spanish")
    found = conditions(tmp_path, feed(topic(), *others, last))
    assert len(found) == 31
    assert [edition.name for one in found if one.slug == "blue-elbow" for edition in one.editions] == [
        "Blue Elbow",
        "Codo azul",
    ]


def test_topics_of_one_title_have_slugs_of_their_own(tmp_path: Path) -> None:
    found = conditions(tmp_path, feed(topic(key=1), topic(key=2)))
    assert {one.slug: one.identifiers[0] for one in found} == {
        "blue-elbow": "medlineplus:1",
        "blue-elbow-2": "medlineplus:2",
    }


def test_an_article_names_every_topic_that_leads_to_it(tmp_path: Path) -> None:
    link = '<related-topic url="https://topics.example/pond.html" id="900">Pond</related-topic>'
    text = feed(*(topic(PARAGRAPH, link, key=number, title=f"Topic {number}") for number in range(1, 251)))
    assert import_(tmp_path, text).articles == 3
    records = [read.record for read in read_records(tmp_path / "pack", Faults())]
    articles = [record for record in records if isinstance(record, Article)]
    assert [(article.slug, len(article.conditions)) for article in articles] == [
        ("pond-900", 100),
        ("pond-900-2", 100),
        ("pond-900-3", 50),
    ]
    assert len({slug for article in articles for slug in article.conditions}) == 250


# Several files.

SPANISH = topic("<p>Es azul.</p>", mapped(1, "English"), key=2, title="Codo azul", language="Spanish")


def test_a_topic_that_a_later_file_holds_again_replaces_the_earlier_one(tmp_path: Path) -> None:
    older = feed(topic("<p>Blue elbow was old.</p>"), topic(key=3, title="Giggles"), topic(key=4, title="Hiccups"))
    moved = topic("<p>It moved.</p>", key=3, title="Giggling", url="https://topics.example/elsewhere.html")
    renumbered = topic("<p>It is new.</p>", key=40, title="Hiccups", url="https://topics.example/4.html")
    newer = feed(topic("<p>Call 911 if:</p><ul><li>You faint</li></ul>"), moved, renumbered)
    made = import_files(tmp_path, older, newer)
    assert (made.conditions, made.replaced) == (3, 3)
    assert {one.slug: (one.identifiers, one.editions[0].summary) for one in records(tmp_path)} == {
        "blue-elbow": (("medlineplus:1", "https://topics.example/1.html"), "Call 911 if"),
        "giggling": (("medlineplus:3", "https://topics.example/elsewhere.html"), "It moved."),
        "hiccups": (("medlineplus:40", "https://topics.example/4.html"), "It is new."),
    }
    assert [sign.contact.value for one in records(tmp_path) for sign in one.sign_set.signs] == ["emergency"]


def test_each_file_is_a_source_of_its_own_and_every_record_cites_lines_of_its_file(tmp_path: Path) -> None:
    link = '<related-topic url="https://topics.example/3.html" id="3">Giggles</related-topic>\n'
    first = feed(topic(PARAGRAPH, link), topic(key=3, title="Giggles"))
    second = "\n" * 50 + feed(topic(PARAGRAPH, link, key=5, title="Hiccups"), topic(key=3, title="Giggles"))
    import_files(tmp_path, first, second.lstrip("\n").replace("\n<full", "\n" * 50 + "<full"))
    sources = read_info(tmp_path / "pack").sources
    files = [(tmp_path / name).read_bytes() for name in ("1.xml", "2.xml")]
    assert [(one.slug, one.sha256, one.lines) for one in sources] == [
        ("medlineplus-topics", hashlib.sha256(files[0]).hexdigest(), files[0].count(b"\n")),
        ("medlineplus-topics-2", hashlib.sha256(files[1]).hexdigest(), files[1].count(b"\n")),
    ]
    assert [(one.slug, one.provenance.source, one.provenance.lines) for one in records(tmp_path)] == [
        ("blue-elbow", "medlineplus-topics", (2, 3)),
        ("giggles", "medlineplus-topics-2", (55, 105)),
        ("hiccups", "medlineplus-topics-2", (2, 52)),
        ("giggles-3", "medlineplus-topics-2", (53, 55)),
    ]


def test_english_and_spanish_are_one_condition_across_files_and_each_edition_cites_its_own(tmp_path: Path) -> None:
    import_files(tmp_path, feed(SPANISH), feed(topic()))
    (found,) = records(tmp_path)
    assert (found.slug, found.provenance.source) == ("blue-elbow", "medlineplus-topics-2")
    assert [(one.lang, one.name, one.provenance.source) for one in found.editions] == [
        ("en", "Blue Elbow", "medlineplus-topics-2"),
        ("es", "Codo azul", "medlineplus-topics"),
    ]
    assert [source.lang for source in read_info(tmp_path / "pack").sources] == ["es", "en"]


def test_where_files_name_different_translations_the_later_file_decides(tmp_path: Path) -> None:
    newer = topic("<p>Es nuevo.</p>", key=9, title="Codo nuevo", language="Spanish")
    import_files(tmp_path, feed(SPANISH), feed(topic(PARAGRAPH, mapped(9, "Spanish")), newer))
    assert [[edition.name for edition in one.editions] for one in records(tmp_path)] == [
        ["Blue Elbow", "Codo nuevo"],
        ["Codo azul"],
    ]


@pytest.mark.parametrize(
    "taking",
    [
        topic(language="Spanish"),
        topic(key=3, title="Both", url="https://topics.example/1.html"),
    ],
    ids=["another language", "two topics at once"],
)
def test_what_may_be_another_topic_replaces_none_and_is_a_fault_of_its_file(tmp_path: Path, taking: str) -> None:
    texts = (feed(topic(), topic(key=3, title="Giggles")), feed(topic(key=7, title="Hiccups"), taking))
    with pytest.raises(FaultyFileError, match=r"^the files have 1 fault$") as refused:
        import_files(tmp_path, *texts)
    (fault,) = refused.value.faults.shown
    assert (fault.file, fault.line, fault.field) == (str(tmp_path / "2.xml"), 5, "id, url")
    assert f" of {tmp_path / '1.xml'}" in fault.reason
    import_files(tmp_path, *texts, skip_faulty=True)
    assert [one.slug for one in records(tmp_path)] == ["blue-elbow", "giggles", "hiccups"]


def test_a_faulty_topic_of_a_later_file_that_is_passed_over_leaves_the_earlier_one(tmp_path: Path) -> None:
    texts = (feed(topic()), feed(topic(date="13/40/2004"), topic(key=3, title="Giggles")))
    made = import_files(tmp_path, *texts, skip_faulty=True)
    assert (made.faults.total, made.replaced) == (1, 0)
    assert [(one.slug, one.provenance.source) for one in records(tmp_path)] == [
        ("blue-elbow", "medlineplus-topics"),
        ("giggles", "medlineplus-topics-2"),
    ]


def test_the_same_file_twice_makes_the_same_content(tmp_path: Path) -> None:
    text = feed(topic("<p>Call 911 if:</p><ul><li>You faint</li></ul>"), SPANISH.replace("azul", "verde"))
    import_files(tmp_path, text, text)
    twice = [one.model_dump_json() for one in records(tmp_path)]
    shutil.rmtree(tmp_path / "pack")
    import_files(tmp_path, text)
    once = [one.model_dump_json() for one in records(tmp_path)]
    assert [one.replace("medlineplus-topics-2", "medlineplus-topics") for one in twice] == once


# Nothing lost, nothing added.


def words(markup: str) -> list[str]:
    return re.findall(r"\w+", re.sub(r"<[^>]+>", " ", markup))


def shown_words(found: Condition) -> list[str]:
    """The words of an edition's sections that are the source's; an item that leads into a list is told once."""
    told: list[str] = []
    for section in found.editions[0].sections:
        told += [] if "heading" in section.provenance.derived else [section.heading]
        for block in section.blocks:
            told += [block.text] if isinstance(block, Paragraph) else [block.about or ""]
            told += block.items if isinstance(block, ListBlock) else ()
    return [word for text in told for word in words(text)]


MARKUP = st.recursive(
    st.sampled_from(["fever", "rest:", "such as", "5 &lt; 7 &amp; 9", "Call 911 if", "<b>bold</b> text.", "<br>", ""]),
    lambda inside: st.builds(
        "<{0}>{1}</{0}>".format,
        st.sampled_from(["p", "ul", "ol", "li", "h2", "h3", "div", "td", "a", "blockquote"]),
        st.lists(inside, max_size=4).map(" ".join),
    ),
    max_leaves=15,
)


@settings(max_examples=200, deadline=None)
@given(MARKUP)
def test_whatever_the_markup_no_word_is_lost_and_every_line_is_the_summarys(markup: str) -> None:
    with TemporaryDirectory() as folder:
        (found,) = conditions(Path(folder), feed(topic(f"<p>Begin.</p>{markup}<p>End.</p>")))
    assert set(words(html.unescape(markup))) <= set(shown_words(found))
    assert found.editions[0].provenance.lines == (2, 3)


# Faults.


@pytest.mark.parametrize(
    ("faulty", "line", "field", "reason"),
    [
        (topic(key=2, language="French"), 5, "language", "must be one of English, Spanish"),
        (topic(key=2, title=" "), 5, "title", "must be there"),
        (topic(key=2, title="x" * 301), 5, "title", "at most 300 characters"),
        (topic(key=2, date="13/40/2004"), 5, "date-created", "must be a date"),
        (topic(key=2, url="ftp://topics.example/2"), 5, "url", "begins with http"),
        (topic(key=1, url="https://topics.example/2"), 5, "id, url", "at line 2"),
        (topic(key=2, url="https://topics.example/1.html/"), 5, "id, url", "at line 2"),
        (topic().replace(' id="1"', ""), 5, "id", "must be a number"),
        (topic(" ", key=2), 5, "full-summary", "must be there, once, and say something"),
        (topic("<p> </p>", key=2), 6, "full-summary", "holds no text"),
        (topic("word " * 4_001, key=2), 6, "full-summary", "holds a sentence of 20,0"),
        (topic(f"<p>{'x' * MAX_TOPIC}</p>", key=2), 5, "", "has more than 200,000 characters"),
        (topic(PARAGRAPH, "<mesh-heading><descriptor id='?'>x</descriptor></mesh-heading>", key=2), 5, "code", "match"),
        (topic(PARAGRAPH, f"<group>{'x' * 301}</group>", key=2), 5, "name", "at most 300 characters"),
        (topic(PARAGRAPH, "<related-topic>Pond</related-topic>", key=2), 7, "related-topic.id", "must be a number"),
    ],
)
def test_a_faulty_topic_refuses_the_file_by_its_line_or_is_passed_over_if_asked(
    tmp_path: Path, faulty: str, line: int, field: str, reason: str
) -> None:
    text = feed(topic(), faulty, topic(key=3, title="Giggles"))
    ((found_line, found_field, found_reason),) = faults(tmp_path, text)
    assert (found_line, found_field) == (line, field)
    assert reason in found_reason
    assert [one.slug for one in conditions(tmp_path, text, skip_faulty=True)] == ["blue-elbow", "giggles"]


def test_a_file_that_breaks_off_is_refused_by_its_line_or_read_up_to_there_if_asked(tmp_path: Path) -> None:
    text = feed(topic(), topic(key=2, title="Giggles"), total=2).split("Giggles")[0]
    told = faults(tmp_path, text)
    assert [(line, field) for line, field, _ in told] == [(5, ""), (1, "total")]
    assert told[0][2].startswith("is not well-formed XML: ")
    assert told[1][2] == "says 2 topics; the file holds 1 whole ones"
    assert [one.slug for one in conditions(tmp_path, text, skip_faulty=True)] == ["blue-elbow"]


def test_a_file_that_says_no_day_on_which_it_was_made_is_read(tmp_path: Path) -> None:
    import_(tmp_path, feed(topic()).replace("<health-topics ", '<health-topics date-generated="13/40/2026" '))
    assert read_info(tmp_path / "pack").sources[0].name == "MedlinePlus health topics"


def test_a_file_with_fewer_topics_than_it_says_is_refused(tmp_path: Path) -> None:
    assert faults(tmp_path, feed(topic(), total=2)) == [(1, "total", "says 2 topics; the file holds 1 whole ones")]


BILLION_LAUGHS = "<!DOCTYPE health-topics [<!ENTITY a 'ha'>" + "".join(
    f"<!ENTITY {name} '{f'&{before};' * 10}'>" for before, name in zip("abcdefghi", "bcdefghij", strict=True)
)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        (feed(topic("&j;"), prolog=f"{BILLION_LAUGHS}]>"), "a document type of its own"),
        (
            feed(topic(), prolog='<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>'),
            "a document type of its own",
        ),
        (
            feed(topic(), prolog='<!DOCTYPE x [<!ENTITY % e SYSTEM "http://127.0.0.1/">%e;]>'),
            "a document type of its own",
        ),
        (feed(topic()).replace("health-topics", "topics"), "does not begin with <health-topics>"),
        (feed("<a>" * 200 + "</a>" * 200), "more than 100 deep"),
        ('<?xml version="1.0" encoding="no-such"?>' + feed(topic()), "in no encoding that can be read"),
    ],
    ids=["billion laughs", "external entity", "parameter entity", "another root", "deep", "encoding"],
)
def test_what_no_file_of_topics_holds_is_refused_even_if_faults_may_be_skipped(
    tmp_path: Path, text: str, reason: str
) -> None:
    ((line, _, told),) = faults(tmp_path, text, skip_faulty=True)
    assert line is not None
    assert reason in told


def test_an_entity_that_is_not_declared_is_a_fault_and_nothing_is_put_in_its_place(tmp_path: Path) -> None:
    text = feed(topic("HERE").replace("HERE", "&secret;"), prolog='<!DOCTYPE x SYSTEM "file:///etc/hostname">')
    assert "undefined entity" in faults(tmp_path, text)[0][2]


def test_a_document_type_that_is_only_named_is_not_fetched(tmp_path: Path) -> None:
    text = feed(topic(), prolog='<!DOCTYPE health-topics PUBLIC "x" "http://127.0.0.1:1/no-such.dtd">')
    assert [one.slug for one in conditions(tmp_path, text)] == ["blue-elbow"]


def test_a_file_whose_lines_end_as_on_old_machines_has_as_many_lines(tmp_path: Path) -> None:
    (found,) = conditions(tmp_path, feed(topic()).replace("\n", "\r"))
    assert found.editions[0].provenance.lines == (2, 3)
    assert read_info(tmp_path / "pack").sources[0].lines == 4


def test_a_file_in_utf_16_keeps_its_letters_and_lines(tmp_path: Path) -> None:
    text = '<?xml version="1.0" encoding="utf-16"?>\n' + feed(topic("<p>Aña is blue.</p>"))
    (found,) = conditions(tmp_path, text.encode("utf-16"))
    assert found.editions[0].summary == "Aña is blue."
    assert found.editions[0].provenance.lines == (3, 4)


# The command.


def test_the_command_writes_a_pack_that_checks(tmp_path: Path) -> None:
    told = run(tmp_path, "extract-medlineplus", str(TOPICS), "--out", "pack")
    assert (told.code, told.out) == (0, "Wrote 4 conditions and 4 articles to pack.\n")
    assert told.err == "Stands alone, since the English topic calls for care otherwise: Risitas\n"
    assert run(tmp_path, "check", "pack").out == "medlineplus: 8 records, no fault.\n"


def test_the_command_tells_faults_by_line_and_goes_on_only_if_asked(tmp_path: Path) -> None:
    (tmp_path / "topics.xml").write_text(feed(topic(), topic(key=2, language="French")))
    told = run(tmp_path, "extract-medlineplus", "topics.xml", "--out", "pack")
    assert told.code == 1
    assert told.err == (
        "topics.xml:5: language: must be one of English, Spanish\nRefused: the file has 1 fault. Nothing was changed.\n"
    )
    told = run(tmp_path, "extract-medlineplus", "topics.xml", "--out", "pack", "--skip-faulty")
    assert (told.code, told.out) == (0, "Wrote 1 conditions and 0 articles to pack.\n")
    assert told.err == "Passed over: topics.xml:5: language: must be one of English, Spanish\n"


def test_the_command_takes_several_files_and_tells_which_of_them_has_a_fault(tmp_path: Path) -> None:
    (tmp_path / "a.xml").write_text(feed(topic()))
    (tmp_path / "b.xml").write_text(feed(topic(), topic(key=2, language="French")))
    told = run(tmp_path, "extract-medlineplus", "a.xml", "b.xml", "--out", "pack")
    assert told.code == 1
    assert told.err.splitlines() == [
        "b.xml:5: language: must be one of English, Spanish",
        "Refused: the files have 1 fault. Nothing was changed.",
    ]
    told = run(tmp_path, "extract-medlineplus", "a.xml", "b.xml", "--out", "pack", "--skip-faulty")
    assert told.out.splitlines() == [
        "Wrote 1 conditions and 0 articles to pack.",
        "From a later file, in the place of an earlier one's: 1.",
    ]


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "kept.txt").write_text("kept")
    assert run(tmp_path, "extract-medlineplus", str(TOPICS), "--out", ".").code == 4
    assert [path.name for path in tmp_path.iterdir()] == ["kept.txt"]


def test_the_commands_that_the_page_on_importing_shows_do_what_it_says(tmp_path: Path) -> None:
    shown = re.findall(r"^health-content (.+)$", (ROOT / "docs" / "importing.md").read_text(), re.MULTILINE)
    assert len(shown) == 5
    shutil.copy(TOPICS, tmp_path / shown[0].split()[1])
    together = shown[4].split()
    (tmp_path / together[1]).write_text(feed(topic(), topic(key=3, title="Giggles")))
    (tmp_path / together[2]).write_text(feed(topic(), SPANISH))
    assert run(tmp_path, "migrate").code == 0
    told = [run(tmp_path, *line.split()) for line in shown]
    assert [(one.code, one.out.splitlines()[0 if one is told[4] else -1]) for one in told] == [
        (0, "Wrote 4 conditions and 4 articles to medlineplus."),
        (0, "medlineplus: 8 records, no fault."),
        (0, "8 added, 0 changed, 0 withdrawn."),
        (0, "Published medlineplus as generation 1."),
        (0, "Wrote 2 conditions and 0 articles to medlineplus-both."),
    ]


# Real files, where they are at hand.

real = pytest.mark.skipif(not SHARED.is_dir(), reason=f"{SHARED} is not there")


@real
def test_the_real_bilingual_topic_is_one_condition_with_seven_signs_in_both_languages(tmp_path: Path) -> None:
    extract([SHARED / "mplus_topics_2012-07-21.xml"], tmp_path / "pack")
    (found,) = [read.record for read in read_records(tmp_path / "pack", Faults()) if isinstance(read.record, Condition)]
    assert [edition.lang for edition in found.editions] == ["en", "es"]
    assert [(sign.urgency.value, sign.contact.value) for sign in found.sign_set.signs] == [
        *[("unstated", "doctor")] * 2,
        *[("immediate", "unstated")] * 5,
    ]
    assert [(one.name, one.lang, one.provenance.lines) for one in found.categories] == [
        ("Digestive System", "en", (27, 28, 29)),
        ("Symptoms", "en", (30, 31, 32)),
        ("Sistema digestivo", "es", (363, 364, 365)),
        ("Síntomas", "es", (366, 367, 368)),
    ]
    assert scan(tmp_path / "pack").digests


@real
def test_the_real_broken_file_gives_its_line_and_its_whole_topics_if_asked(tmp_path: Path) -> None:
    file = SHARED / "mediplus_example_v1_26k.xml"
    with pytest.raises(FaultyFileError) as refused:
        extract([file], tmp_path / "pack")
    assert [fault.line for fault in refused.value.faults.shown] == [324, 1]
    made = extract([file], tmp_path / "pack", skip_faulty=True)
    assert (made.conditions, read_info(tmp_path / "pack").name) == (3, "medlineplus")
    grouped = [[one.name for one in found.categories] for found in records(tmp_path) if isinstance(found, Condition)]
    assert ["Pregnancy and Reproduction", "Female Reproductive System"] in grouped


@real
def test_every_real_topic_becomes_a_condition_that_says_all_and_only_what_the_file_says(tmp_path: Path) -> None:
    file = SHARED / "mplus_topics_en_rebuilt.xml"
    told = dict(re.findall(r' id="(\d+)".*?<full-summary>(.*?)</full-summary>', file.read_text(), re.DOTALL))
    assert extract([file], tmp_path / "pack").conditions == len(told) == 1_023
    for read in read_records(tmp_path / "pack", Faults()):
        assert isinstance(read.record, Condition)
        source = html.unescape(html.unescape(told[read.record.identifiers[0].removeprefix("medlineplus:")]))
        assert Counter(shown_words(read.record)) == Counter(words(source)), read.record.slug
        plain = " ".join(re.sub(r"<[^>]+>", " ", source).split())
        for wording in read.record.editions[0].warning_signs.signs:
            assert wording.sign in plain
            assert wording.action in plain
    assert len(scan(tmp_path / "pack").digests) == 1_023


@real
def test_the_real_files_together_hold_every_topic_and_the_bilingual_one_once(tmp_path: Path) -> None:
    files = [SHARED / "mplus_topics_en_rebuilt.xml", SHARED / "mplus_topics_2012-07-21.xml"]
    made = extract(files, tmp_path / "pack")
    assert (made.conditions, made.replaced, made.alone) == (1_023, 1, ())
    (both,) = [one for one in records(tmp_path) if isinstance(one, Condition) and len(one.editions) > 1]
    assert (both.slug, both.provenance.source) == ("abdominal-pain", "medlineplus-topics-2")
    assert [len(edition.warning_signs.signs) for edition in both.editions] == [7, 7]
