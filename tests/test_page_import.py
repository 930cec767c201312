"""The importer for page text: what it finds on a page, what it leaves out, what it refuses."""

from __future__ import annotations

import datetime as dt
import time
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.ingest.flatten import MAX_BYTES
from app.ingest.page import Draft, NotAnArticle, extract, read_page, source_lines
from app.ingest.review import review
from app.pack import (
    Article,
    Condition,
    DirectoryEntry,
    Edition,
    Faults,
    GlossaryTerm,
    ListBlock,
    Location,
    LostList,
    Paragraph,
    read_info,
    read_records,
)

PAGES = Path(__file__).parent / "pages"
GOOD = sorted(path.name for path in PAGES.iterdir() if path.is_file())
REFUSED = sorted(path.name for path in (PAGES / "refused").iterdir())
SHARED_SOURCES = Path(__file__).parents[2] / "shared" / "source"

SKELETON = """<!doctype html><html lang="en"><body><main><h1>Zarbolis</h1>
<p>Zarbolis is an illness that makes the elbows turn blue. It is caused by a germ in pond water.</p>
<h2>How Is Zarbolis Treated?</h2><p>Zarbolis is treated with rest. Most kids with zarbolis get well.</p>
{}</main></body></html>"""
SPANISH_SKELETON = """<!doctype html><html lang="es"><body><main><h1>Zarbolis</h1>
<p>La zarbolis es una enfermedad que pone los codos azules. La causa un germen que vive en el agua.</p>
<h2>¿Cómo se trata la zarbolis?</h2><p>La zarbolis se trata con descanso. Los niños con zarbolis se curan.</p>
{}</main></body></html>"""


def page(name: str) -> Draft:
    return read_page((PAGES / name).read_bytes())


def around(html: str, skeleton: str = SKELETON) -> Condition:
    return condition(read_page(skeleton.format(html).encode()))


def condition(draft: Draft) -> Condition:
    found = draft.records[0]
    assert isinstance(found, Condition)
    return found


def edition(draft: Draft) -> Edition:
    return condition(draft).editions[0]


def signs(found: Condition) -> list[tuple[str, str, str, str]]:
    """Each sign's words, scope, urgency and contact."""
    wordings = found.editions[0].warning_signs.signs
    return [
        (wording.sign, sign.scope.value, sign.urgency.value, sign.contact.value)
        for sign, wording in zip(found.sign_set.signs, wordings, strict=True)
    ]


def named(found: Condition) -> list[str]:
    return [sign for sign, *_ in signs(found)]


def actions(found: Condition) -> list[str]:
    return [wording.action for wording in found.editions[0].warning_signs.signs]


def blocks(draft: Draft) -> list[Paragraph | ListBlock | LostList]:
    return list(chain.from_iterable(section.blocks for section in edition(draft).sections))


def lost(draft: Draft) -> list[str]:
    return [block.about for block in blocks(draft) if isinstance(block, LostList)]


def bullets(*items: str) -> str:
    return f"<ul>{''.join(f'<li>{item}</li>' for item in items)}</ul>"


# The page as a whole.


@pytest.mark.parametrize("name", GOOD)
def test_a_draft_is_a_pack_that_reads_back_without_a_fault(name: str, tmp_path: Path) -> None:
    draft = extract(PAGES / name, tmp_path / "pack")
    faults = Faults()
    read = [found.record for found in read_records(tmp_path / "pack", faults)]
    assert faults.total == 0
    assert read_info(tmp_path / "pack") == draft.info
    assert sorted(map(repr, read)) == sorted(map(repr, draft.records))


@pytest.mark.parametrize("name", GOOD)
def test_every_word_of_the_article_is_the_sources_own(name: str) -> None:
    draft = page(name)
    source = " ".join(source_lines((PAGES / name).read_bytes()))
    source = " ".join(source.replace("• ", "").replace("- ", "").split())
    told = [edition(draft).summary, *named(condition(draft)), *actions(condition(draft))]
    for block in blocks(draft):
        told += [block.text] if isinstance(block, Paragraph) else [block.about or ""]
        told += block.items if isinstance(block, ListBlock) else ()
    told += [record.meaning for record in draft.records if isinstance(record, GlossaryTerm)]
    assert [text for text in told if text not in source] == []


@pytest.mark.parametrize("name", GOOD)
def test_every_line_of_the_article_is_cited_and_only_furniture_is_not(name: str, tmp_path: Path) -> None:
    extract(PAGES / name, tmp_path / "pack")
    unused = [line.text for line in review(tmp_path / "pack", (PAGES / name).read_bytes()) if line.unused]
    furniture = (
        "print",
        "share",
        "skip",
        "home",
        "©",
        "note:",
        "related",
        "more on",
        "más sobre",
        "by made",
        "content source",
    )
    labels = ("symptoms", "causes", "buy the", "health library ›", "for parents", "for teens", "elbow fever", "›")
    assert [text for text in unused if not text.casefold().startswith(furniture + labels)] == []


def test_reading_a_page_twice_gives_the_same_draft() -> None:
    raw = (PAGES / "elbow-fever.html").read_bytes()
    assert read_page(raw) == read_page(raw)


def test_the_source_says_what_is_known_of_it_and_what_is_not() -> None:
    raw = (PAGES / "elbow-fever.html").read_bytes()
    source = read_page(raw, file="elbow-fever.html", owner="Pinewood").info.sources[0]
    assert (source.name, source.owner, source.lang, source.lines) == (
        "elbow-fever.html",
        "Pinewood",
        "en",
        len(source_lines(raw)),
    )
    assert source.url == "https://www.pinewood.example/en/parents/elbow-fever.html"
    assert read_page(raw).info.publisher.name == "not stated"


def test_lines_of_a_text_file_keep_their_numbers_and_lose_their_damage() -> None:
    raw = "one\r\n\r\nFarmingtonÂ \nitâ€™s\tthree\n\n".encode()
    assert source_lines(raw) == ["one", "", "Farmington", "it’s three"]


def test_typographic_quotes_and_dashes_stay_as_they_are() -> None:
    assert source_lines("a child’s “fever” – or—so it seems".encode()) == ["a child’s “fever” – or—so it seems"]


def test_each_block_of_an_html_page_is_one_line() -> None:
    html = (
        "<html><body><p>one <b>two</b></p><ul><li><p>three</p><p>four</p></li></ul><table><tr><td>five<td>six</table>"
    )
    assert source_lines(html.encode()) == ["one two", "three four", "five", "six"]


def test_what_a_page_does_not_show_is_not_read() -> None:
    html = "<html><body><p>shown<p hidden>no<p style='display: none'>no</p><script>no</script><p>is <del>no</del></p>"
    assert source_lines(html.encode()) == ["shown", "is"]


# Whom it is for, what it is called, what it consists of.


def test_audience_is_stated_by_the_line_above_the_article() -> None:
    found = edition(page("elbow-fever.txt"))
    assert (found.audience, found.audience_basis) == ("kids", "stated")


def test_audience_tabs_beside_each_other_state_nothing() -> None:
    text = (
        (PAGES / "elbow-fever.txt")
        .read_text()
        .replace("Health Information For Kids", "For Parents\nFor Kids\nFor Teens")
    )
    found = edition(read_page(text.encode()))
    assert (found.audience, found.audience_basis) == ("general", "unstated")


def test_audience_in_the_address_is_derived() -> None:
    html = SKELETON.format("").replace(
        "<body>", '<head><link rel="canonical" href="https://a.example/en/teens/z.html"></head><body>'
    )
    found = edition(read_page(html.encode()))
    assert (found.audience, found.audience_basis) == ("teens", "derived")


def test_a_spanish_page_states_its_audience_in_spanish() -> None:
    found = edition(page("tos-de-charca.txt"))
    assert (found.lang, found.audience, found.audience_basis) == ("es", "parents", "stated")


@pytest.mark.parametrize(
    ("name", "called", "said"),
    [
        ("elbow-fever.html", "Elbow Fever", "EL-boh FEE-ver"),
        ("pond-cough.txt", "Pond cough", "POND kawf"),
        ("fiebre-del-codo.html", "Fiebre del codo", None),
        ("agency.html", "Dust Hiccups", None),
        ("clinic.html", "Gravel ear", None),
        ("narrow.txt", "Barn Sneeze", None),
    ],
)
def test_name_and_pronunciation(name: str, called: str, said: str | None) -> None:
    found = edition(page(name))
    assert (found.name, found.pronunciation) == (called, said)


def test_another_name_is_an_alias() -> None:
    assert [(alias.name, alias.kind) for alias in condition(page("elbow-fever.html")).aliases] == [
        ("hinge heat", "synonym")
    ]


def test_sections_follow_the_headings() -> None:
    found = edition(page("elbow-fever.html")).sections
    assert [(section.anchor, section.aspect) for section in found] == [
        ("what-is-elbow-fever", "OverviewHealthAspect"),
        ("what-are-the-signs-symptoms-of-elbow-fever", "SymptomsHealthAspect"),
        ("what-causes-elbow-fever", "CausesHealthAspect"),
        ("how-is-elbow-fever-diagnosed", "DiagnosisHealthAspect"),
        ("how-is-elbow-fever-treated", "TreatmentsHealthAspect"),
        ("when-should-i-call-the-doctor", "SeeDoctorHealthAspect"),
    ]
    assert all(section.provenance.derived == ("anchor", "aspect") for section in found)


def test_without_headings_paragraphs_that_answer_one_question_make_a_section() -> None:
    found = edition(page("pond-cough.txt")).sections
    assert [section.aspect for section in found][:4] == [
        "OverviewHealthAspect",
        "SeeDoctorHealthAspect",
        "SymptomsHealthAspect",
        "CausesHealthAspect",
    ]
    assert all(section.provenance.derived == ("heading", "anchor", "aspect") for section in found)


def test_spanish_headings_have_aspects() -> None:
    assert [section.aspect for section in edition(page("fiebre-del-codo.html")).sections] == [
        "OverviewHealthAspect",
        "SymptomsHealthAspect",
        "DiagnosisHealthAspect",
        "TreatmentsHealthAspect",
        "SeeDoctorHealthAspect",
    ]


def test_a_narrow_files_sentences_are_put_together_again() -> None:
    draft = page("narrow.txt")
    first = blocks(draft)[0]
    assert isinstance(first, Paragraph)
    assert first.text.endswith("when straw dust gets into the nose.")
    assert first.provenance.lines == (5, 6, 7)


def test_navigation_and_credits_are_no_content() -> None:
    told = " ".join(repr(block) for name in GOOD for block in blocks(page(name))).casefold()
    for furniture in (
        "find a doctor",
        "pay a bill",
        "reviewed",
        "©",
        "educational purposes",
        "share",
        "careers",
        "contact us",
    ):
        assert furniture not in told


# Lists, and lists that are lost.


def test_a_list_keeps_its_lead_in_and_its_order() -> None:
    found = next(block for block in blocks(page("elbow-fever.html")) if isinstance(block, ListBlock) and block.ordered)
    assert found.items == ("ask about symptoms", "bend the arm")
    assert found.about == "A pediatric jointologist (a doctor who treats elbows and knees) will"


@pytest.mark.parametrize("mark", ["•", "-", "*", "1.", "·"])
def test_text_bullets_make_a_list(mark: str) -> None:
    text = (
        "Zarbolis\nZarbolis is an illness of the elbows. Rest treats it.\n"
        f"Symptoms include:\n{mark} pain\n{mark} a blue tint\nIt heals in a week.\n"
    )
    found = [block for block in blocks(read_page(text.encode())) if isinstance(block, ListBlock)]
    assert [(block.about, block.items) for block in found] == [("Symptoms include", ("pain", "a blue tint"))]


def test_every_lead_in_without_its_list_is_a_lost_list() -> None:
    assert lost(page("pond-cough.txt")) == [
        "Compared with other teens, a teen with pond cough may have",
        "Pond cough can be due to",
        "To find out why a teen has it, a pulmonist (a doctor who looks after lungs) will",
        "Treatment, when it is needed, can include",
        "Call the doctor right away if there is any sign of a bad turn, such as",
        "You can also find support online, such as",
    ]


def test_a_lost_list_says_so_in_the_pages_language() -> None:
    notes = {block.note for block in blocks(page("tos-de-charca.txt")) if isinstance(block, LostList)}
    assert notes == {"La lista que estaba aquí se perdió de la fuente."}


@pytest.mark.parametrize(
    "html",
    [
        "<p>Call the doctor if your child has:</p>",
        "<p>Call the doctor if your child has:</p><p>Most kids get well in a week or two.</p>",
        "<p>Call the doctor if your child has</p><p>Most kids get well in a week or two.</p>",
        "<h3>Call the doctor if your child has:</h3><p>Most kids get well in a week or two.</p>",
        "<p>Call the doctor if your child has:</p><h2>What Causes Zarbolis?</h2><ul><li>a germ</li></ul>",
        "<p>Call the doctor if your child has:</p><table><tr><td>fever</td></tr></table>",
    ],
)
def test_a_call_whose_list_is_gone_is_lost_and_names_no_sign(html: str) -> None:
    draft = read_page(SKELETON.format(html).encode())
    assert lost(draft) == ["Call the doctor if your child has"]
    assert (named(condition(draft)), condition(draft).sign_set.complete) == ([], False)


@pytest.mark.parametrize(
    "after",
    ["<p>Show more</p>", "<p>See all</p>", "<p>+ 3 more</p>"],
)
def test_a_list_that_was_cut_is_not_shown_as_whole(after: str) -> None:
    draft = read_page(SKELETON.format(f"<p>Zarbolis may cause:</p>{bullets('pain', 'a tint')}{after}").encode())
    assert lost(draft) == ["Zarbolis may cause"]
    assert not any(isinstance(block, ListBlock) for block in blocks(draft))


@pytest.mark.parametrize("last", ["a tint and", "a tint,", "a tint…", "signs of thirst, such as:"])
def test_a_list_whose_last_item_goes_on_is_not_shown_as_whole(last: str) -> None:
    draft = read_page(SKELETON.format(f"<p>Zarbolis may cause:</p>{bullets('pain', last)}").encode())
    assert lost(draft)[0] == "Zarbolis may cause"


def test_a_file_that_ends_inside_a_list_has_no_whole_list_there() -> None:
    whole = SKELETON.format(f"<p>Zarbolis may cause:</p>{bullets('pain', 'a tint', 'a smell')}")
    assert lost(read_page(whole.encode())) == []
    assert lost(read_page(whole[: whole.index("<li>a smell")].encode())) == ["Zarbolis may cause"]


def test_items_whose_bullets_are_gone_are_told_by_their_wording_alone_and_never_make_a_set_complete() -> None:
    found = around(
        "<p>Call the doctor if your child has:</p><p>a fever</p><p>chills</p><p>Most kids get well soon.</p>"
    )
    assert (named(found), found.sign_set.complete) == (["a fever", "chills"], False)


def test_fragments_that_could_be_headings_are_no_whole_list() -> None:
    html = "<p>Call the doctor if your child has:</p><p>Fever</p><p>Chills</p><p>Most kids get well in a week.</p>"
    draft = read_page(SKELETON.format(html).encode())
    assert lost(draft) == ["Call the doctor if your child has"]
    assert named(condition(draft)) == []


def test_a_list_inside_an_item_stands_after_its_list_under_that_item() -> None:
    inner = "<ul><li>pain, such as:<ul><li>an ache</li><li>a sting</li></ul></li><li>a tint</li></ul>"
    found = blocks(read_page(SKELETON.format(f"<p>It may cause:</p>{inner}").encode()))
    assert [(block.about, block.items) for block in found if isinstance(block, ListBlock)] == [
        ("It may cause", ("pain, such as", "a tint")),
        ("pain, such as", ("an ache", "a sting")),
    ]


def test_a_heading_may_end_in_a_colon_without_leading_into_a_list() -> None:
    assert lost(read_page(SKELETON.format("<h2>Causes:</h2><p>A germ in pond water causes it.</p>").encode())) == []


# Warning signs.

AT_ONCE = ("named", "immediate", "doctor")
EMERGENCY = ("named", "immediate", "emergency")
UNTIMED = ("named", "unstated", "doctor")


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Call the doctor if fever lasts more than 3 days.</p>", [("fever lasts more than 3 days", *UNTIMED)]),
        ("<p>Call 911 if your child can’t breathe.</p>", [("your child can’t breathe", *EMERGENCY)]),
        ("<p>If your child has trouble breathing, call 911 right away.</p>", [("trouble breathing", *EMERGENCY)]),
        ("<p>Go to the nearest emergency room if your child faints.</p>", [("your child faints", *EMERGENCY)]),
        ("<p>Get emergency care if your child has a seizure.</p>", [("a seizure", *EMERGENCY)]),
        ("<p>Don’t wait to call 911 if your child has blue lips.</p>", [("blue lips", *EMERGENCY)]),
        (
            "<p>Call the doctor right away if your child has a fever, a stiff neck, or trouble breathing.</p>",
            [("a fever", *AT_ONCE), ("a stiff neck", *AT_ONCE), ("trouble breathing", *AT_ONCE)],
        ),
        (
            "<p>Call the doctor right away if your child has a fever and a stiff neck.</p>",
            [("a fever and a stiff neck", *AT_ONCE)],
        ),
        (
            "<p>Call the doctor within 24 hours if the elbows are still blue.</p>",
            [("the elbows are still blue", "named", "urgent", "doctor")],
        ),
        (
            "<p>Call the doctor if a baby under 3 months has a fever.</p>",
            [("a baby under 3 months has a fever", *UNTIMED)],
        ),
        (
            "<p>Call the doctor if your child has a fever, or call 911 if she has trouble breathing.</p>",
            [("a fever", *UNTIMED), ("trouble breathing", *EMERGENCY)],
        ),
        (
            "<p>Call the doctor right away if your child has a fever or any signs of infection.</p>",
            [("any signs of infection", "any", "immediate", "doctor"), ("a fever", *AT_ONCE)],
        ),
        (
            "<p>Tell an adult right away if you feel dizzy.</p>",
            [("you feel dizzy", "named", "immediate", "unstated")],
        ),
        ("<p>Call the doctor if symptoms get worse.</p>", [("symptoms get worse", *UNTIMED)]),
        (
            "<p>Zarbolis is rarely an emergency, but call 911 if your child can’t swallow.</p>",
            [("your child can’t swallow", *EMERGENCY)],
        ),
        (
            "<p>Contact your doctor immediately if you notice any of the following: fever, chills, or a rash.</p>",
            [("fever", *AT_ONCE), ("chills", *AT_ONCE), ("a rash", *AT_ONCE)],
        ),
        (
            f"<h2>When to Call</h2>{bullets('Call the doctor today if the tint spreads.', 'Call 911 if she faints.')}",
            [("the tint spreads", "named", "urgent", "doctor"), ("she faints", *EMERGENCY)],
        ),
        (
            f"<h2>Seek emergency treatment</h2><p>It can turn bad. Emergency signs include:</p>{bullets('gray lips')}",
            [("gray lips", *EMERGENCY)],
        ),
        (
            "<p>See a doctor if you or your child has a dizzy spell.</p>",
            [("a dizzy spell", *UNTIMED)],
        ),
        (
            "<p>In babies younger than 3 months, call the doctor right away for a temperature over 100.4°F.</p>",
            [("In babies younger than 3 months: a temperature over 100.4°F", *AT_ONCE)],
        ),
        (
            f"<p>In babies under 3 months, call the doctor right away for:</p>{bullets('a fever', 'a rash')}",
            [("In babies under 3 months: a fever", *AT_ONCE), ("In babies under 3 months: a rash", *AT_ONCE)],
        ),
        (
            f"<p>Call the doctor right away if your baby is younger than 3 months and has:</p>{bullets('a fever')}",
            [("your baby is younger than 3 months and has a fever", *AT_ONCE)],
        ),
        (
            f"<p>Call the doctor if your child’s elbow:</p>{bullets('turns gray', 'smells of mud')}",
            [("your child’s elbow turns gray", *UNTIMED), ("your child’s elbow smells of mud", *UNTIMED)],
        ),
        (
            f"<p>Call the clinic right away in these cases:</p>{bullets('a baby with a gray elbow')}",
            [("a baby with a gray elbow", *AT_ONCE)],
        ),
        (
            "<p>Sudden elbow pain requires immediate medical attention.</p>",
            [("Sudden elbow pain", "named", "immediate", "unstated")],
        ),
        (
            "<p>Call 911 if your child is hard to wake, can’t talk, or has ears that turn gray or green.</p>",
            [
                ("your child is hard to wake", *EMERGENCY),
                ("can’t talk", *EMERGENCY),
                ("has ears that turn gray or green", *EMERGENCY),
            ],
        ),
        (
            "<p>Call the doctor if the tint spreads past the wrist or if an elbow swells.</p>",
            [("the tint spreads past the wrist", *UNTIMED), ("an elbow swells", *UNTIMED)],
        ),
        (
            "<p>Call the doctor if the tint spreads, turns purple, or is hot.</p>",
            [("the tint spreads, turns purple, or is hot", *UNTIMED)],
        ),
        (
            "<p>Call the doctor if your child has a fever or elbow pain. "
            "Call the doctor right away if your child with zarbolis has elbow pain.</p>",
            [("a fever", *UNTIMED), ("elbow pain", *AT_ONCE)],
        ),
        (
            "<p>If a classmate falls down, ask a grown-up to call 911.</p>",
            [("a classmate falls down", *EMERGENCY)],
        ),
        (
            f"<h3>Urgent advice: See a GP if:</h3>{bullets('you think your child has zarbolis')}",
            [("you think your child has zarbolis", "named", "urgent", "doctor")],
        ),
    ],
)
def test_a_sentence_that_calls_for_care_names_its_signs(html: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert signs(around(html)) == expected


@pytest.mark.parametrize(
    "html",
    [
        "<p>You don’t need to call the doctor if your child has a mild fever.</p>",
        "<p>If your child has a mild rash, you don’t need to call the doctor.</p>",
        "<p>Don’t call the doctor if your child has a mild rash.</p>",
        "<p>There is no need to go to the emergency room if your child has blue elbows.</p>",
        "<p>A fever is not a sign of zarbolis. It is not a reason to call the doctor.</p>",
        "<p>Call 911 was invented in 1968. People could call 911 if they had a phone.</p>",
        "<p>The school nurse will call the doctor if your child has a fever.</p>",
        "<p>Jamie’s mom called the doctor right away when he had a fever.</p>",
        "<p>Ask your doctor if your child can play sports. Tell the doctor if your child takes other pills.</p>",
        "<p>Call the doctor if you have any questions about the cream.</p>",
        "<p>Call the doctor if your child has a fever unless it goes away with rest.</p>",
        "<p>Call the doctor even if your child feels fine.</p>",
        "<p>Call the doctor if it lasts more than 3 days.</p>",
        "<p>Call the doctor if your child has side effects, such as hives.</p>",
        "<p>Common treatments include ice, a cream, and rest. Side effects include nausea and a rash.</p>",
        "<p>Common signs include fevers, swelling, and chills.</p>",
        f"<p>Symptoms of zarbolis include:</p>{bullets('a fever', 'blue elbows')}",
        f"<p>Call 911 and:</p>{bullets('lay your child down', 'loosen tight clothes')}",
        f"<p>Call the doctor before giving any pills if:</p>{bullets('your child is under 2')}",
        f"<p>Call the doctor right away if two or more of these happen:</p>{bullets('a fever', 'blue elbows')}",
        f"<p>If your child has a seizure, call 911 and:</p>{bullets('loosen tight clothes')}",
        f"<p>If a child faints, call 911 and do what follows:</p>{bullets('loosen tight clothes')}",
        f"<p>Call the doctor if your child has a tint that stays or:</p>{bullets('a fever', 'a rash')}",
        "<p>A tint of the elbow can need medical care. Zarbolis needs medical care right away.</p>",
        f"<p>Stop the cream and call the doctor if your child has:</p>{bullets('hives', 'a swollen face')}",
        "<p>If your child has a fever, give plenty of fluids. Before you call the doctor, write the number down.</p>",
        "<p>Get help from a teacher if other kids tease you about blue elbows.</p>",
        "<p>See the doctor when your child is 6 months old for a checkup.</p>",
        "<p>Your child may need to see a specialist if the blue does not fade.</p>",
        "<table><tr><td>Call the doctor if your child has a fever.</td></tr></table>",
        f"<h2>When not to call the doctor</h2>{bullets('a mild tint', 'an itch')}",
        f"<h2>Side effects</h2><p>Call the doctor right away if your child has:</p>{bullets('a rash')}",
        f"<h2>After surgery</h2><p>Call the doctor right away if your child has:</p>{bullets('bleeding')}",
        "<p>This medicine can cause a rash. Call the doctor if your child has a rash.</p>",
        f"<h3>Go to A&amp;E or phone 999</h3><p>If your child has any of the following:</p>{bullets('dry lips')}",
    ],
)
def test_what_is_no_certain_call_for_care_names_no_sign(html: str) -> None:
    found = around(html)
    assert (named(found), found.sign_set.complete) == ([], False)
    assert found.editions[0].warning_signs.note


def test_a_whole_list_that_a_call_leads_into_is_a_complete_set() -> None:
    items = ("has a fever above 103°F (39.4°C)", "can’t drink", "is hard to wake up")
    found = around(
        f"<h2>When Should I Call the Doctor?</h2><p>Call the doctor right away if your child:</p>{bullets(*items)}"
    )
    assert signs(found) == [(item, *AT_ONCE) for item in items]
    assert actions(found) == ["Call the doctor right away"] * 3
    assert found.sign_set.complete
    assert found.editions[0].warning_signs.note is None


@pytest.mark.parametrize(
    "html",
    [
        bullets("has a fever", "has signs of thirst, such as a dry mouth"),
        bullets("has a fever", "has other symptoms that came fast"),
        bullets("has a fever", "has any signs of infection"),
        bullets("has a fever", "faints, unless he is tired"),
        bullets("has a fever", "has questions"),
        bullets("has a fever") + "<p>This is not the whole list.</p>",
        bullets("has a fever") + "<p>You don’t need to call the doctor if the tint fades.</p>",
        bullets("has a fever") + "<p>Zarbolis may cause:</p>",
        "<ul><li>has a fever</li></ul><p>Call the doctor if your child has any sign of thirst and:</p>"
        + bullets("has chills"),
        bullets("has a fever", "two or more of:<ul><li>a gray tint</li><li>an itch</li></ul>"),
        bullets("has a fever") + "<p>A gray elbow is an emergency.</p>",
        bullets("has a fever") + "<h2>When to call 911</h2><p>A child who can’t be woken must be seen at once.</p>",
        bullets("has a fever") + "<p>If the tint spreads, a doctor should be asked to look at it.</p>",
        bullets("has a fever", "has chills and"),
    ],
)
def test_a_set_that_may_lack_a_sign_is_not_complete(html: str) -> None:
    found = around(f"<p>Call the doctor right away if your child:</p>{html}")
    assert "has a fever" in named(found)
    assert not found.sign_set.complete


def test_a_care_heading_calls_for_its_list() -> None:
    found = page("care-cards.html")
    assert signs(condition(found)) == [
        ("your toes are still green after 3 weeks", "named", "non-urgent", "doctor"),
        ("the green spreads above your ankle", "named", "urgent", "doctor"),
        ("you have diabetes and the skin on your feet is broken", "named", "urgent", "doctor"),
        ("your foot is cold and white", *EMERGENCY),
    ]


def test_any_of_these_points_back_to_the_signs_before_it() -> None:
    listed = f"<p>Watch for these signs of trouble:</p>{bullets('a fever', 'blue lips')}"
    found = around(f"{listed}<p>If you see any of these, call the doctor right away.</p>")
    assert signs(found) == [("a fever", *AT_ONCE), ("blue lips", *AT_ONCE)]


def test_an_umbrella_sign_lends_its_urgency_to_the_examples_that_follow_it() -> None:
    found = condition(page("pond-cough.txt"))
    assert signs(found) == [
        ("any signs of a bad turn", "any", "immediate", "doctor"),
        ("gray lips", *AT_ONCE),
        ("a cough that sounds like a duck", *AT_ONCE),
        ("shaking or sweating", *AT_ONCE),
    ]
    assert set(actions(found)) == {"Call the doctor right away if there is any sign of a bad turn"}
    assert not found.sign_set.complete


def test_signs_of_another_kind_are_not_the_umbrellas() -> None:
    found = around(
        "<p>Call the doctor at once if you notice any signs of infection.</p>"
        "<p>Signs of an ear infection include ear pain, fever, and fluid.</p>"
    )
    assert named(found) == ["any signs of infection"]


@pytest.mark.parametrize(
    "listed",
    ["pain in the arm, leg, or back", "not eating, drinking, or peeing", "trouble breathing, swallowing, or speaking"],
)
def test_words_that_hold_for_all_parts_of_a_list_keep_it_together(listed: str) -> None:
    found = around(
        "<p>Kids with zarbolis need medical care at once if they show any signs of trouble. "
        f"Common signs include {listed}.</p>"
    )
    assert named(found) == ["any signs of trouble", listed]


def test_the_higher_urgency_wins_where_sentences_differ() -> None:
    found = around("<p>Call the doctor if your child has a fever. Call 911 if your child has fevers.</p>")
    assert signs(found) == [("a fever", *EMERGENCY)]
    assert actions(found) == ["Call 911 if your child has fevers."]


def test_an_items_own_call_may_press_more() -> None:
    assert signs(condition(page("elbow-fever.html"))) == [
        ("can’t bend an arm", *AT_ONCE),
        ("has a rash that spreads past the elbow", *AT_ONCE),
        ("has trouble swallowing", *EMERGENCY),
    ]


def test_items_of_an_inner_list_keep_the_words_that_they_go_on_from() -> None:
    inner = "<ul><li>is younger than 3 months and has:<ul><li>a fever</li></ul></li><li>has a stiff neck</li></ul>"
    found = around(f"<p>Call the doctor if your child:</p>{inner}")
    assert named(found) == ["is younger than 3 months and has a fever", "has a stiff neck"]
    joined = [wording.provenance.derived for wording in found.editions[0].warning_signs.signs]
    assert ["sign" in derived for derived in joined] == [True, False]


def test_what_an_item_may_look_like_stands_beside_it_and_completes_no_set() -> None:
    inner = "<ul><li>trouble breathing, which may look like:<ul><li>ribs that show</li></ul></li></ul>"
    found = around(f"<p>Call the doctor if your child has:</p>{inner}")
    assert (named(found), found.sign_set.complete) == (["trouble breathing", "ribs that show"], False)


def test_a_call_inside_a_list_of_advice_leads_into_its_own_list() -> None:
    advice = f"<ol><li>Rest the elbow.</li><li>Call your doctor if:{bullets('the tint turns gray')}</li></ol>"
    assert named(around(advice)) == ["the tint turns gray"]


@pytest.mark.parametrize("marker", ["… Show more", "[list continues]", "and more", "Read more"])
def test_a_mark_that_more_follows_is_no_item_and_makes_the_list_lost(marker: str) -> None:
    found = around(f"<p>Call the doctor if your child has:</p>{bullets('a fever', 'a gray tint', marker)}")
    shown = [block for section in found.editions[0].sections for block in section.blocks]
    assert not any(isinstance(block, ListBlock) for block in shown)
    assert [block.about for block in shown if isinstance(block, LostList)] == ["Call the doctor if your child has"]
    assert not any(isinstance(block, Paragraph) and marker in block.text for block in shown)
    assert (named(found), found.sign_set.complete) == (["a fever", "a gray tint"], False)


def test_signs_cite_the_lines_of_the_call_and_of_the_item() -> None:
    found = edition(page("care-cards.html"))
    lines = source_lines((PAGES / "care-cards.html").read_bytes())
    last = found.warning_signs.signs[-1].provenance
    assert [lines[number - 1] for number in last.lines] == [
        "Immediate action required: Call 999 or go to A&E if:",
        "your foot is cold and white",
    ]
    assert {"urgency", "contact"} <= set(last.derived)


@pytest.mark.parametrize(
    ("html", "expected"),
    [
        ("<p>Llame al médico de inmediato si su hijo tiene fiebre.</p>", [("fiebre", *AT_ONCE)]),
        ("<p>Llame al 911 si su hijo no puede respirar.</p>", [("su hijo no puede respirar", *EMERGENCY)]),
        ("<p>No dude en llamar al médico si su hijo tiene fiebre.</p>", [("fiebre", *UNTIMED)]),
        ("<p>Si su hijo tiene fiebre, llame al médico hoy mismo.</p>", [("fiebre", "named", "urgent", "doctor")]),
        (f"<p>Acuda a urgencias si:</p>{bullets('se desmaya')}", [("se desmaya", *EMERGENCY)]),
        ("<p>No es necesario llamar al médico si su hijo tiene los codos azules.</p>", []),
        ("<p>El médico llamará a la enfermera si su hijo tiene fiebre.</p>", []),
        ("<p>Pregunte al médico si su hijo puede hacer deporte.</p>", []),
        ("<p>Llame al médico si tiene fiebre, a menos que baje.</p>", []),
        ("<p>Los síntomas comunes incluyen fiebre, tos y cansancio.</p>", []),
        ("<p>Llame al médico si su hijo presenta:</p>", []),
        ("<p>Un adulto debe llamar al 911 si alguien se desmaya.</p>", [("alguien se desmaya", *EMERGENCY)]),
        (
            "<p>Llame al 911 si su hijo tiene los codos grises, no puede hablar o se desmaya.</p>",
            [("los codos grises", *EMERGENCY), ("no puede hablar", *EMERGENCY), ("se desmaya", *EMERGENCY)],
        ),
        (
            f"<p>Llame al médico si el codo de su hijo:</p>{bullets('se pone gris', 'y más')}",
            [("el codo de su hijo se pone gris", *UNTIMED)],
        ),
    ],
)
def test_spanish_calls_for_care(html: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert signs(around(html, SPANISH_SKELETON)) == expected


# Words that are explained.


def terms(draft: Draft) -> dict[str, GlossaryTerm]:
    return {record.term: record for record in draft.records if isinstance(record, GlossaryTerm)}


def test_a_word_said_and_then_explained_is_a_term() -> None:
    text = "<p>Some kids get a borbal (BOR-bul), a soft sound that comes from the elbow.</p>"
    found = terms(read_page(SKELETON.format(text).encode()))
    assert found["borbal"].meaning == "a soft sound that comes from the elbow"
    assert found["borbal"].pronunciation == "BOR-bul"


def test_only_words_that_are_explained_are_terms() -> None:
    found = terms(page("pond-cough.txt"))
    assert list(found) == ["Pond cough", "mistlets", "mist count", "pulmonist"]
    assert found["pulmonist"].meaning == "a doctor who looks after lungs"
    assert found["mist count"].also_called == ("MC",)
    assert found["mistlets"].meaning == "The tiny bags in the lungs, called mistlets, swell up."


@pytest.mark.parametrize(
    "sentence",
    [
        "Kids often take ibuprofen (eye-byoo-PROH-fen) for the pain.",
        "Some kids (about one in ten) need a brace (for example, a soft one).",
        "Her mom called the doctor, who called an ambulance.",
        "This is a disease that goes away. It is a good sign that the elbows hurt.",
        "The best treatment is a kind of cream that cools.",
        "Teens who are HIV-positive (HIV-positive) may get it.",
    ],
)
def test_a_word_that_is_used_but_not_explained_is_no_term(sentence: str) -> None:
    found = read_page(SKELETON.format(f"<p>{sentence}</p>").encode())
    assert list(terms(found)) == ["Zarbolis"]


# Related reading, places, links, dates.


def articles(draft: Draft) -> list[tuple[str, str, str]]:
    found = [record for record in draft.records if isinstance(record, Article)]
    return [(article.title, article.audience.value, article.audience_basis) for article in found]


def test_related_links_are_articles_for_the_audience_of_their_column() -> None:
    draft = page("elbow-fever.html")
    assert articles(draft) == [("Knee Chill", "parents", "stated"), ("Sore Joints", "teens", "stated")]
    first = next(record for record in draft.records if isinstance(record, Article))
    assert first.url == "https://www.pinewood.example/en/parents/knee-chill.html"


def test_titles_that_are_gone_are_derived_from_their_teasers() -> None:
    draft = page("pond-cough.txt")
    assert articles(draft) == [
        ("Lake sneeze", "general", "unstated"),
        ("River rash", "kids", "stated"),
        ("Breathing Center", "teens", "stated"),
    ]
    found = [record for record in draft.records if isinstance(record, Article)]
    assert all("title" in article.provenance.derived and article.url is None for article in found)


def test_an_outlook_for_kids_is_no_audience() -> None:
    text = (PAGES / "pond-cough.txt").read_text() + "Marsh foot is a rash. The outlook for kids with it is good.\n"
    assert articles(read_page(text.encode()))[-1] == ("Marsh foot", "general", "unstated")


def test_locations_have_their_kind_and_town() -> None:
    found = [record for record in page("elbow-fever.html").records if isinstance(record, Location)]
    assert [(place.name, place.kind, place.postal_address.city) for place in found] == [
        ("Main Campus – Springfield", "main-campus", "Springfield"),
        ("Urgent Care – Shelbyville", "urgent-care", "Shelbyville"),
        ("Pinewood Surgery Center at Ogdenville", "surgery-center", "Ogdenville"),
        ("Pinewood Children’s – North Haverbrook", "unstated", "North Haverbrook"),
    ]


def test_links_that_the_menu_has_twice_are_one_entry_with_both_lines() -> None:
    found = {record.name: record for record in page("pond-cough.txt").records if isinstance(record, DirectoryEntry)}
    assert found["Pay a Bill"].provenance.lines == (6, 8)
    assert found["Pay a Bill"].group.slug == "bills-and-costs"
    assert found["Give to the Pinewood fund."].provenance.lines == (1,)


def test_a_review_needs_its_whole_date() -> None:
    whole, month = edition(page("elbow-fever.html")).review, edition(page("elbow-fever.txt")).review
    assert (whole.status, whole.by, whole.reviewed_on) == ("reviewed", "Ana Q. Writer, MD", dt.date(2023, 3, 14))
    assert month.model_dump(exclude_defaults=True) == {}


def test_a_spanish_review_is_read() -> None:
    found = edition(page("fiebre-del-codo.html")).review
    assert (found.by, found.reviewed_on) == ("Ana Q. Escritora, MD", dt.date(2023, 3, 14))


def test_a_date_of_update_is_no_review_and_an_ambiguous_one_is_none() -> None:
    updated = edition(page("clinic.html"))
    assert (updated.modified_on, updated.review.status) == (dt.date(2022, 5, 3), "unreviewed")
    assert edition(page("agency.html")).review.status == "unreviewed"


# What is refused.


SHORT = '<!doctype html><html lang="en"><head><title>{0} | Pinewood</title></head><body><h1>{0}</h1>{1}</body></html>'


@pytest.mark.parametrize(
    ("html", "name"),
    [
        (SHORT.format("Marsh Foot", "<p>Marsh foot is a rash. Call the doctor if the toes swell.</p>"), "Marsh Foot"),
        (
            SHORT.format(
                "Is It Marsh Foot?",
                "<p>Your child has been wading. What now?</p><h2>Signs to look for</h2><p>The toes may feel cold.</p>"
                "<h2>When to call</h2><p>Call the doctor if your child has green toes.</p>",
            ),
            "Is It Marsh Foot",
        ),
        (
            SHORT.format(
                "Mossitis",
                "<p>A toe can turn green where moss gets in.</p><h2>Symptoms</h2><p>Green toes can be symptoms.</p>"
                "<h2>Treatment</h2><p>A cream treats the skin.</p>",
            ),
            "Mossitis",
        ),
        (
            SHORT.format(
                "Gravel Ear (Petrotia)",
                "<p>Small stones can get stuck. Gravel ear itches.</p><h2>Symptoms</h2><p>The ear hurts.</p>"
                "<h2>Treatment</h2><p>Doctors rinse it.</p>",
            ),
            "Gravel Ear (Petrotia)",
        ),
        (
            SHORT.format(
                "Barn Plan",
                "<p>Barn zones say what comes next.</p><h2>Barn plan</h2><table><tr><td>Calm</td><td>Play</td></tr>"
                "<tr><td>Hot</td><td>Call the doctor</td></tr></table><h2>Treatment</h2><p>Rest.</p>",
            ),
            "Barn Plan",
        ),
        (
            "For Parents\nBarn Sneeze\nBarn sneeze is an itch in the nose that hay dust sets off. Most children sneeze "
            "for an hour and then they are well. A doctor may ask which barn it was. Call the doctor if your child "
            "sneezes for more than a day. Nobody gets it twice in a week, and there is no need to stay out of barns.",
            "Barn Sneeze",
        ),
        (
            "Información para Padres\nLa tos de granero\n¿Qué es la tos de granero?\n"
            "La tos de granero es una irritación por polvo.\n¿Cuándo llamo al médico?\n"
            "Llame al médico si su hijo tose todo el día.\n",
            "La tos de granero",
        ),
    ],
)
def test_a_short_article_is_named_by_its_heading(html: str, name: str) -> None:
    assert edition(read_page(html.encode())).name == name


def test_few_small_words_are_enough_where_the_page_names_its_language() -> None:
    text = "<p>Marsh foot brings green toes, cold heels, wet socks, odd smells and sore skin today.</p>"
    text += "<h2>Symptoms</h2><p>Symptoms: green toes, cold heels, wet socks, strange smells, sore skin.</p>"
    text += "<h2>Treatment</h2><p>Treatment: dry socks, warm rooms, soft shoes, clean towels, careful rest.</p>"
    named = SHORT.format("Marsh Foot", text)
    with pytest.raises(NotAnArticle, match="neither English nor Spanish"):
        read_page(named.replace(' lang="en"', "").encode())
    words = "<p>It is the moss that does it.</p>"
    assert edition(read_page(named.replace("</body>", f"{words}</body>").encode())).name == "Marsh Foot"


def test_tabs_and_tools_of_a_page_are_no_content() -> None:
    tabs = '<ul class="page-tabs"><li>Causes</li><li><a href="/doctors">Our team</a></li></ul>'
    tools = '<div class="page_tools"><a href="#">Imprimir</a></div>'
    draft = read_page(SKELETON.replace("</h1>", f"</h1>{tabs}{tools}").format("").encode())
    told = " ".join(block.text for block in blocks(draft) if isinstance(block, Paragraph))
    assert not any(isinstance(block, ListBlock) for block in blocks(draft))
    assert "Imprimir" not in told


def test_an_order_to_read_on_about_the_same_topic_is_a_teaser() -> None:
    text = SKELETON.format(
        "<p>Most children with zarbolis can swim.</p><p>Learn how to live with zarbolis and a pond.</p>"
        "<p>Swimming is fine with zarbolis. Read about safe ponds in this article for teens.</p>"
    )
    draft = read_page(text.encode())
    assert [audience for _, audience, _ in articles(draft)] == ["general", "teens"]
    assert not any("safe ponds" in block.text for block in blocks(draft) if isinstance(block, Paragraph))


def test_a_card_keeps_its_title_and_its_short_teaser() -> None:
    card = '<a href="/{0}"><h3>{0}</h3><p>Short words, step by step.</p></a>'
    related = f"<h2>Related reading</h2>{card.format('Ponds')}{card.format('Baths')}"
    found = [record for record in read_page(SKELETON.format(related).encode()).records if isinstance(record, Article)]
    assert [(article.title, article.teaser) for article in found] == [
        ("Ponds", "Short words, step by step."),
        ("Baths", "Short words, step by step."),
    ]


def test_a_spanish_page_keeps_places_with_english_names() -> None:
    menu = '<nav><ul><li><a href="/a">Urgent Care – Shelbyville</a></li><li>Main Campus – Springfield</li></ul></nav>'
    draft = read_page(SPANISH_SKELETON.replace("<main>", f"{menu}<main>").format("").encode())
    found = [record for record in draft.records if isinstance(record, Location)]
    assert [(place.kind, place.postal_address.city) for place in found] == [
        ("urgent-care", "Shelbyville"),
        ("main-campus", "Springfield"),
    ]


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        (
            SHORT.format(
                "Marsh Ills",
                '<p>For Parents</p><ul><li><a href="/a">Marsh foot</a></li><li><a href="/b">Marsh knee</a></li></ul>'
                "<p>Find out about marsh ills, what causes them and how they are treated.</p>",
            ),
            "list of other pages",
        ),
        (
            SHORT.format(
                "Results",
                '<p>These are the results for marsh foot in our library.</p><h2><a href="/a">Marsh foot</a></h2>'
                "<p>Marsh foot is a rash. Call the doctor if the toes swell.</p>"
                '<h2><a href="/b">Marsh knee</a></h2><p>Marsh knee is treated with rest in our results.</p>',
            ),
            "list of other pages",
        ),
        (
            SHORT.format(
                "Urgent Care – Shelbyville",
                "<p>Our urgent care in Shelbyville is open every day.</p><h2>What we treat</h2><ul><li>cuts</li></ul>"
                "<p>Call 911 if it is an emergency; urgent care in Shelbyville cannot help then.</p>",
            ),
            "about a place",
        ),
    ],
)
def test_a_page_that_leads_elsewhere_is_refused_with_its_reason(html: str, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        read_page(html.encode())


@pytest.mark.parametrize("name", REFUSED)
def test_a_page_that_is_no_health_article_is_refused(name: str) -> None:
    with pytest.raises(NotAnArticle):
        read_page((PAGES / "refused" / name).read_bytes())


@pytest.mark.parametrize(
    ("raw", "reason"),
    [
        (b"", "is empty"),
        (b" \r\n\t ", "is empty"),
        (bytes(range(256)) * 8, "is binary"),
        (b"%PDF-1.7 and so on", "is a PDF"),
        (b"\x89PNG\r\n\x1a\n", "is an image"),
        (b"PK\x03\x04", "is a zip archive"),
        (b"<html><body>" + b"<div>" * 100_000, "nests HTML more than"),
        (b"<html><body>" + b"<ul><li>" * 5_000 + b"x", "nests HTML more than"),
        (b"<html><body>" + b"<p>a" * 400_000, "HTML elements"),
        (b"<html>" + b"<!--" * 500_000, "holds no running text"),
        (
            b"def main():\n    return [x for x in range(10) if x > 3 and x < 9]  # it is the end of the loop.\n" * 20,
            "is code",
        ),
    ],
)
def test_what_cannot_be_an_article_is_refused_with_its_reason(raw: bytes, reason: str) -> None:
    with pytest.raises(NotAnArticle, match=reason):
        read_page(raw)


def test_a_file_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    large = tmp_path / "large.html"
    with large.open("wb") as file:
        file.truncate(5 * MAX_BYTES)
    with pytest.raises(NotAnArticle, match="has 50,000,000 bytes"):
        extract(large, tmp_path / "pack")
    assert not (tmp_path / "pack").exists()


def test_a_folder_that_holds_something_is_not_written_into(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    with pytest.raises(FileExistsError):
        extract(PAGES / "clinic.html", tmp_path)


def read_or_refuse(raw: bytes) -> Draft | None:
    """A draft, or None for a refusal that says what was found; a draft that fits no pack is a fault of the importer."""
    try:
        return read_page(raw)
    except NotAnArticle as refusal:
        if "does not fit" in str(refusal):
            raise
        return None


@settings(max_examples=150, deadline=None, derandomize=True)
@given(st.one_of(st.binary(max_size=3_000), st.text(max_size=1_500).map(str.encode)))
def test_any_bytes_are_a_draft_or_refused(raw: bytes) -> None:
    draft = read_or_refuse(raw)
    assert draft is None or draft.records


PIECES = (
    "<ul>",
    "</ul>",
    "<li>",
    "<p>",
    "<h2>",
    ":",
    " call the doctor if ",
    " any signs of ",
    "• ",
    "\n",
    "(",
    ")",
    "<br>",
    "\0",
    "such as ",
)


@settings(max_examples=150, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
@given(
    name=st.sampled_from(GOOD),
    cuts=st.lists(
        st.tuples(st.integers(0, 6_000), st.integers(0, 300), st.sampled_from(PIECES)), min_size=1, max_size=6
    ),
)
def test_a_damaged_page_is_a_draft_or_refused(name: str, cuts: list[tuple[int, int, str]]) -> None:
    text = (PAGES / name).read_text()
    for at, length, piece in cuts:
        text = text[:at] + piece + text[at + length :]
    draft = read_or_refuse(text.encode())
    assert draft is None or not (condition(draft).sign_set.complete and lost(draft))


@pytest.mark.parametrize(
    "word", ["call the doctor ", "if ", "(a (", "the a of ", "signs ", "…", ", or a ", "any new other "]
)
def test_a_hostile_sentence_takes_no_longer_than_a_long_one(word: str) -> None:
    plain = (
        "<p>Most kids with zarbolis are well again in a week, and they can go back to school when they feel fine.</p>"
    )
    hostile = f"<p>{word * (18_000 // len(word))}.</p>" + f"<p>{word * (990 // len(word))}.</p>" * 10
    began = time.process_time()
    assert read_page(SKELETON.format(hostile + plain * 900).encode()).records
    assert time.process_time() - began < 5


def test_a_page_of_a_megabyte_is_read_in_seconds() -> None:
    paragraph = (
        "<p>Zarbolis is common in small kids, and most of them are well again after some days at home. Rest treats it. "
        "Call the doctor if your child has a fever that lasts more than three days, or blue lips.</p>"
    )
    html = SKELETON.format(paragraph * 4_800)
    assert len(html) > 950_000
    began = time.process_time()
    read_page(html.encode())
    assert time.process_time() - began < 6


# The review of a pack beside its source.


def test_review_shows_each_line_beside_the_most_specific_use(tmp_path: Path) -> None:
    raw = (PAGES / "pond-cough.txt").read_bytes()
    extract(PAGES / "pond-cough.txt", tmp_path / "pack")
    reviewed = list(review(tmp_path / "pack", raw))
    assert [line.text for line in reviewed] == source_lines(raw)
    assert [(use.record, use.field) for use in reviewed[3].uses] == [("location main-campus-springfield", "")]
    lead = reviewed[11].uses
    assert [(use.field, use.text) for use in lead] == [
        ("editions.0.sections.2.blocks.0", "Compared with other teens, a teen with pond cough may have")
    ]


def test_review_tells_lines_that_no_record_cites(tmp_path: Path) -> None:
    source = tmp_path / "page.txt"
    source.write_text((PAGES / "pond-cough.txt").read_text() + "\n© 2024 Pinewood. All rights reserved.\n")
    extract(source, tmp_path / "pack")
    unused = [line.text for line in review(tmp_path / "pack", source.read_bytes()) if line.unused]
    assert unused == ["© 2024 Pinewood. All rights reserved."]


def test_review_needs_the_file_that_the_pack_was_made_from(tmp_path: Path) -> None:
    extract(PAGES / "pond-cough.txt", tmp_path / "pack")
    with pytest.raises(ValueError, match="SHA-256"):
        list(review(tmp_path / "pack", b"another file"))


# The real source, where it is at hand.


@pytest.fixture(scope="module")
def real() -> Path:
    found = sorted(SHARED_SOURCES.glob("*.txt"))
    if not found:
        pytest.skip("the real source is not part of the project; it is looked for in ../shared/source")
    return found[0]


def test_the_real_source_gives_a_draft_that_matches_it_line_by_line(real: Path) -> None:
    draft = read_page(real.read_bytes())
    found = edition(draft)
    assert (found.name, found.pronunciation, found.audience, found.audience_basis) == (
        "Neutropenia",
        "noo-treh-PEE-nee-eh",
        "parents",
        "stated",
    )
    places = [record for record in draft.records if isinstance(record, Location)]
    assert [place.provenance.lines for place in places] == [(number,) for number in range(3, 9)]
    assert [place.kind for place in places] == [
        "main-campus",
        "unstated",
        "urgent-care",
        "specialty-care",
        "surgery-center",
        "specialty-care",
    ]
    gone = [block for block in blocks(draft) if isinstance(block, LostList)]
    assert [block.provenance.lines[0] for block in gone] == [63, 66, 67, 70, 73, 74, 76, 77]
    related = [record for record in draft.records if isinstance(record, Article)]
    assert [article.provenance.lines for article in related] == [(number,) for number in range(78, 90)]
    links = [record for record in draft.records if isinstance(record, DirectoryEntry)]
    cited = {number for record in (*links, *places) for number in record.provenance.lines}
    assert cited == set(range(1, 60))


def test_the_real_source_has_four_warning_signs_in_a_set_that_is_not_complete(real: Path) -> None:
    found = condition(read_page(real.read_bytes()))
    assert signs(found) == [
        ("any signs of an infection", "any", "immediate", "doctor"),
        ("fevers", *AT_ONCE),
        ("spreading redness around a cut", *AT_ONCE),
        ("shivering or chills", *AT_ONCE),
    ]
    assert not found.sign_set.complete
    assert found.editions[0].warning_signs.signs[0].provenance.lines == (62, 75, 76)
    assert found.editions[0].warning_signs.applies_to == "children with neutropenia"


def test_the_real_source_explains_seven_words(real: Path) -> None:
    assert set(terms(read_page(real.read_bytes()))) == {
        "Neutropenia",
        "neutrophils",
        "Bacteria",
        "idiopathic neutropenia",
        "complete blood count",
        "hematologist",
        "ANC",
    }


def test_every_line_of_the_real_source_is_cited(real: Path, tmp_path: Path) -> None:
    extract(real, tmp_path / "pack")
    assert [line.number for line in review(tmp_path / "pack", real.read_bytes()) if line.unused] == []
