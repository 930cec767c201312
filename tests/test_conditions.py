"""`/v1/conditions` and one condition: what is found, and what is said of it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.conftest import Api

BY_NAME = [
    "seven-sneezes",
    "balloon-knees",
    "cloud-nose",
    "eclair-elbow",
    "eclair-elbow-of-the-left-arm",
    "eclair-elbow-without-an-accent",
    "giggle-elbow",
    "hiccup-hat-syndrome",
    "nandu-nap",
    "quiet-toes",
    "socks-and-sandals",
    "siesta-shadow",
    "zebra-stripe-itch",
]


def slugs(page: Any) -> list[str]:
    return [item["slug"] for item in page["items"]]


def traced(*lines: int) -> dict[str, Any]:
    source = {"slug": "hat-notes", "address": "/v1/sources/hat-notes"}
    return {"basis": "source", "source": source, "lines": list(lines), "derived": [], "curated": []}


def test_a_condition_says_all_that_its_pack_says_of_it(states: Api) -> None:
    kids = {"lang": "en", "audience": "kids", "audience_basis": "stated"}
    about = {"heading": "About", "anchor": "about", "aspect": "OverviewHealthAspect", "complete": True}
    assert states.json("/v1/conditions/balloon-knees?audience=kids") == {
        "slug": "balloon-knees",
        "address": "/v1/conditions/balloon-knees",
        "name": "Balloon knees",
        "pronunciation": None,
        "summary": "Balloon knees lift you a little.",
        "edition": {
            "requested": {"lang": None, "audience": "kids"},
            "served": kids,
            "fallback": False,
            "available": [kids],
        },
        "aliases": [],
        "codings": [],
        "categories": [],
        "review": {"status": "unreviewed", "by": None, "reviewed_on": None, "next_review_on": None},
        "warning_signs": {
            "address": "/v1/conditions/balloon-knees/warning-signs",
            "complete": False,
            "total": 1,
            "highest_urgency": "unstated",
            "applies_to": "you, if your knees float",
            "note": "There may be others.",
            "signs": [
                {
                    "key": "drifting-off",
                    "sign": "You drift off the floor",
                    "scope": "named",
                    "urgency": "unstated",
                    "contact": "doctor",
                    "action": "Ask a grown-up to call the doctor.",
                    "provenance": traced(71),
                }
            ],
            "provenance": traced(70, 71),
        },
        "complete": True,
        "provenance": traced(70, 71),
        "contents": [about],
        "sections": [
            {
                **about,
                "blocks": [{"type": "paragraph", "text": "Hold on to a chair!", "provenance": traced(70, 71)}],
                "provenance": traced(70, 71),
            }
        ],
        "articles_address": "/v1/conditions/balloon-knees/articles",
        "former_slugs": [],
        "url": None,
        "published_on": None,
        "modified_on": None,
        "publisher": {"name": "The Hiccup Hat Society", "url": "https://hiccup-hats.example/about"},
        "rights": "Made up for the tests of this project, and free for any use (CC0 1.0).",
        "based_on": {
            "slug": "hat-notes",
            "address": "/v1/sources/hat-notes",
            "name": "Notes on hats & hiccups",
            "sha256": "0a2e6b2a36a5b58886269f247fe29b67438d9f00fb2a760f24ca75e7c1910326",
            "owner": "The Hiccup Hat Society",
            "rights": "Free for any use (CC0 1.0).",
            "lang": "en",
            "lines": 200,
            "url": "https://hiccup-hats.example/notes",
            "retrieved_on": "2026-01-15",
        },
        "notice": "This is educational content. It is not medical advice.",
    }


def test_a_reviewed_condition_names_its_reviewer_dates_names_and_codes(states: Api) -> None:
    answer = states.json("/v1/conditions/hiccup-hat-syndrome")
    assert answer["review"] == {
        "status": "reviewed",
        "by": "Dr. Ada Brim",
        "reviewed_on": "2026-02-01",
        "next_review_on": "2028-02-01",
    }
    assert [answer["pronunciation"], answer["published_on"], answer["modified_on"], answer["url"]] == [
        "HIK-up hat",
        "2025-03-01",
        "2026-02-28",
        "https://hiccup-hats.example/parents/hiccup-hat",
    ]
    assert answer["former_slugs"] == ["hiccup-hat", "hat-hiccups"]
    assert [(alias["name"], alias["kind"], alias["lang"]) for alias in answer["aliases"]] == [
        ("Hat hiccups", "synonym", "en"),
        ("HHS", "abbreviation", "en"),
        ("hickup hat sindrome", "misspelling", "en"),
        ("Hipo de gorro", "synonym", "es"),
    ]
    assert [(coding["system"], coding["code"], coding["display"]) for coding in answer["codings"]] == [
        ("icd-10-cm", "U77", "Made-up hiccups"),
        ("icd-10-cm", "U77.7", "Made-up hiccups with a hat"),
        ("mesh", "D999901", None),
        ("snomed-ct", "000000001", "Hiccup hat (made up)"),
    ]


def test_blocks_keep_their_order_and_their_kind(states: Api) -> None:
    sections = states.json("/v1/conditions/hiccup-hat-syndrome")["sections"]
    assert [section["anchor"] for section in sections] == ["overview", "signs", "diagnosis", "what-to-do", "pears"]
    steps, pears = sections[3]["blocks"], sections[4]["blocks"]
    assert [steps[0][key] for key in ("about", "ordered", "items")] == [
        "Steps, in this order",
        True,
        ["Sit down.", "Hold the hat.", "Think of a pear."],
    ]
    assert [block["type"] for block in pears] == ["paragraph", "list"]
    assert [pears[1][key] for key in ("about", "ordered", "items")] == [None, False, ["green", "yellow"]]
    assert sections[4]["aspect"] is None


def test_text_is_served_as_it_stands_with_no_markup_escaped_or_run(states: Api) -> None:
    answer = states.json("/v1/conditions/socks-and-sandals")
    assert answer["name"] == 'Socks & "sandals" <toes>'
    assert answer["sections"][0]["blocks"][0]["text"] == "A <b>bold</b> look, it's said."


def test_what_rests_on_no_source_says_so(states: Api) -> None:
    answer = states.json("/v1/conditions/zebra-stripe-itch")
    assert answer["based_on"] is None
    assert answer["provenance"] == {"basis": "curated", "source": None, "lines": [], "derived": [], "curated": []}


def test_conditions_are_listed_by_name_whatever_their_accents_and_case(states: Api) -> None:
    page = states.json("/v1/conditions")
    assert slugs(page) == BY_NAME
    assert page["total"] == len(BY_NAME)
    assert page["code"] is None
    assert page["not_served"] == []


def test_the_full_view_lists_what_each_condition_says_by_itself(states: Api) -> None:
    page = states.json("/v1/conditions?view=full&limit=100")
    assert page["items"] == [states.json(f"/v1/conditions/{slug}") for slug in BY_NAME]


def test_the_summary_view_says_the_same_of_fewer_things(states: Api) -> None:
    summaries = states.json("/v1/conditions?view=summary&limit=100")["items"]
    whole = states.json("/v1/conditions?view=full&limit=100")["items"]
    assert states.json("/v1/conditions?limit=100")["items"] == summaries
    for short, full in zip(summaries, whole, strict=True):
        signs = {key: full["warning_signs"][key] for key in ("address", "complete", "total", "highest_urgency")}
        assert short == {**{key: full[key] for key in short}, "warning_signs": signs}


# ---- codes


@pytest.mark.parametrize(
    ("code", "matched", "fallback", "found"),
    [
        ("U77.7", "U77.7", False, ["hiccup-hat-syndrome"]),
        ("U77", "U77", False, ["hiccup-hat-syndrome"]),
        ("u777", "u777", False, ["hiccup-hat-syndrome"]),
        ("icd-10-cm|U77.1", "icd-10-cm|U77.1", False, ["giggle-elbow"]),
        ("ICD-10-CM|U77.1", "ICD-10-CM|U77.1", False, ["giggle-elbow"]),
        (
            "http://hl7.org/fhir/sid/icd-10-cm|U78",
            "http://hl7.org/fhir/sid/icd-10-cm|U78",
            False,
            ["seven-sneezes"],
        ),
        ("D999901", "D999901", False, ["hiccup-hat-syndrome"]),
        ("mesh|D999901", "mesh|D999901", False, ["hiccup-hat-syndrome"]),
        ("http://snomed.info/sct|000000001", "http://snomed.info/sct|000000001", False, ["hiccup-hat-syndrome"]),
        ("U77.9", "icd-10-cm|U77", True, ["hiccup-hat-syndrome"]),
        ("U77.71", "icd-10-cm|U77.7", True, ["hiccup-hat-syndrome"]),
        ("icd-10-cm|u78.0", "icd-10-cm|U78", True, ["seven-sneezes"]),
        ("U78.01", "U78.01", False, []),
        ("P61.5", "P61.5", False, []),
        ("mesh|U77.7", "mesh|U77.7", False, []),
        ("mesh|U77.9", "mesh|U77.9", False, []),
        ("D999902", "D999902", False, []),
    ],
)
def test_a_code_is_looked_up_and_an_icd_code_falls_back_one_level_saying_so(
    states: Api, code: str, matched: str, fallback: bool, found: list[str]
) -> None:
    page = states.json("/v1/conditions", params={"code": code})
    assert slugs(page) == found
    assert page["code"] == {"requested": code, "matched": matched, "fallback": fallback}


# ---- categories


def test_a_condition_says_its_categories_in_order_and_in_every_language_that_names_them(states: Api) -> None:
    notas = {**traced(2), "source": {"slug": "notas-del-gorro", "address": "/v1/sources/notas-del-gorro"}}
    named = [
        {"name": "Headwear", "lang": "en", "provenance": traced(2)},
        {"name": "Laughing Matters", "lang": "en", "provenance": traced(2)},
        {"name": "Sombrerería", "lang": "es", "provenance": notas},
        {"name": "Cosas de risa", "lang": "es", "provenance": notas},
    ]
    assert states.json("/v1/conditions/hiccup-hat-syndrome")["categories"] == named
    assert states.json("/v1/conditions/hiccup-hat-syndrome?lang=es&audience=kids")["categories"] == named
    assert states.json("/v1/conditions?slugs=hiccup-hat-syndrome")["items"][0]["categories"] == named


@pytest.mark.parametrize(
    ("category", "found"),
    [
        ("Headwear", ["hiccup-hat-syndrome"]),
        ("HEADWEAR", ["hiccup-hat-syndrome"]),
        ("sombrereria", ["hiccup-hat-syndrome"]),
        ("Sombrerería", ["hiccup-hat-syndrome"]),
        ("laughing matters", ["giggle-elbow", "hiccup-hat-syndrome"]),
        ("Laughing", []),
        ("Headwear%", []),
        ("Laughing Matters Too", []),
        ("giggle-elbow", []),
    ],
)
def test_the_list_can_be_narrowed_to_a_category_by_its_whole_name(states: Api, category: str, found: list[str]) -> None:
    page = states.json("/v1/conditions", params={"category": category})
    assert slugs(page) == found
    assert page["total"] == len(found)


def test_a_category_narrows_beside_other_filters_page_by_page(states: Api) -> None:
    first = states.json("/v1/conditions?category=laughing%20matters&limit=1&lang=es")
    assert slugs(first) == ["giggle-elbow"]
    assert slugs(states.json(first["next"])) == ["hiccup-hat-syndrome"]
    assert slugs(states.json("/v1/conditions?category=laughing%20matters&starts_with=h")) == ["hiccup-hat-syndrome"]
    batch = states.json("/v1/conditions?slugs=giggle-elbow,quiet-toes&category=laughing%20matters")
    assert slugs(batch) == ["giggle-elbow"]
    assert [(fate["slug"], fate["code"]) for fate in batch["not_served"]] == [("quiet-toes", "no-match")]


# ---- aspects


def test_an_aspect_narrows_the_sections_and_nothing_else(states: Api) -> None:
    whole = states.json("/v1/conditions/giggle-elbow")
    part = states.json("/v1/conditions/giggle-elbow?aspect=SelfCareHealthAspect")
    assert [section["anchor"] for section in part["sections"]] == ["at-home"]
    assert part == {**whole, "sections": part["sections"]}


def test_an_aspect_that_a_condition_lacks_leaves_its_signs_and_contents(states: Api) -> None:
    whole = states.json("/v1/conditions/giggle-elbow")
    assert states.json("/v1/conditions/giggle-elbow?aspect=PrognosisHealthAspect") == {**whole, "sections": []}


@pytest.mark.parametrize(
    ("aspect", "found"),
    [
        ("SeeDoctorHealthAspect", ["giggle-elbow"]),
        ("DiagnosisHealthAspect", ["hiccup-hat-syndrome"]),
        ("OverviewHealthAspect", BY_NAME),
        ("PrognosisHealthAspect", []),
    ],
)
def test_the_list_can_be_narrowed_to_conditions_with_an_aspect(states: Api, aspect: str, found: list[str]) -> None:
    page = states.json(f"/v1/conditions?aspect={aspect}")
    assert slugs(page) == found
    assert page["total"] == len(found)


@pytest.mark.parametrize("reader", ["", "&lang=es", "&audience=kids", "&lang=es&audience=teens"])
@pytest.mark.parametrize("aspect", ["CausesHealthAspect", "TreatmentsHealthAspect", "DiagnosisHealthAspect"])
def test_conditions_are_listed_for_an_aspect_that_the_served_edition_has(states: Api, aspect: str, reader: str) -> None:
    whole = states.json(f"/v1/conditions?limit=100&view=full{reader}")["items"]
    having = [item["slug"] for item in whole if aspect in {line["aspect"] for line in item["contents"]}]
    assert slugs(states.json(f"/v1/conditions?limit=100&aspect={aspect}{reader}")) == having


# ---- beginnings


@pytest.mark.parametrize(
    ("beginning", "found"),
    [
        ("éc", ["eclair-elbow", "eclair-elbow-of-the-left-arm", "eclair-elbow-without-an-accent"]),
        ("EC", ["eclair-elbow", "eclair-elbow-of-the-left-arm", "eclair-elbow-without-an-accent"]),
        ("ñ", ["nandu-nap"]),
        ("n", ["nandu-nap"]),
        ("7", ["seven-sneezes"]),
        ("z", ["zebra-stripe-itch"]),
        ("socks & ", ["socks-and-sandals"]),
        ("elbow", []),
        ("%", []),
        ("_iccup", []),
        ("\\", []),
    ],
)
def test_names_are_found_by_their_beginning_as_plain_text(states: Api, beginning: str, found: list[str]) -> None:
    assert slugs(states.json("/v1/conditions", params={"starts_with": beginning})) == found


# ---- batches


def test_a_batch_gives_what_is_live_and_says_what_became_of_the_rest(states: Api) -> None:
    page = states.json(
        "/v1/conditions?slugs=quiet-toes,hiccup-hat,whispering-thumb,loud-thumb,hiccup-cap-syndrome,never-heard-of,No"
    )
    assert slugs(page) == ["hiccup-hat-syndrome", "quiet-toes"]
    successor = "/v1/conditions/hiccup-hat-syndrome"
    assert page["not_served"] == [
        {"slug": "hiccup-hat", "code": "moved", "reason": None, "address": successor},
        {"slug": "whispering-thumb", "code": "withdrawn", "reason": "recall", "address": None},
        {"slug": "loud-thumb", "code": "withdrawn", "reason": "recall", "address": None},
        {"slug": "hiccup-cap-syndrome", "code": "withdrawn", "reason": "retired", "address": successor},
        {"slug": "never-heard-of", "code": "not-found", "reason": None, "address": None},
        {"slug": "No", "code": "not-found", "reason": None, "address": None},
    ]


def test_a_slug_named_twice_in_a_batch_is_one_item(states: Api) -> None:
    page = states.json("/v1/conditions?slugs=quiet-toes,quiet-toes,nothing,nothing")
    assert slugs(page) == ["quiet-toes"]
    assert [missing["slug"] for missing in page["not_served"]] == ["nothing"]


def test_what_stands_on_a_batchs_other_page_is_not_called_missing(states: Api) -> None:
    page = states.json("/v1/conditions?slugs=quiet-toes,cloud-nose,giggle-elbow&limit=1")
    assert [slugs(page), page["total"], page["not_served"]] == [["cloud-nose"], 3, []]


def test_a_batch_says_which_slugs_its_other_filters_leave_out(states: Api) -> None:
    page = states.json("/v1/conditions?slugs=quiet-toes,balloon-knees&audience=kids&fallback=none")
    assert slugs(page) == ["balloon-knees"]
    assert page["not_served"] == [{"slug": "quiet-toes", "code": "no-match", "reason": None, "address": None}]


def test_openapi_names_every_code_that_a_batch_can_answer(states: Api) -> None:
    path = "/v1/conditions?slugs=hiccup-hat,whispering-thumb,nothing,quiet-toes&audience=kids&fallback=none"
    codes = {missing["code"] for missing in states.json(path)["not_served"]}
    schema = states.json("/openapi.json")["components"]["schemas"]["NotServed"]
    assert codes == {"moved", "withdrawn", "not-found", "no-match"}
    assert [code for code in sorted(codes) if f"`{code}`" not in schema["properties"]["code"]["description"]] == []


def test_an_empty_batch_is_empty(states: Api) -> None:
    page = states.json("/v1/conditions?slugs=")
    assert [page["items"], page["total"], page["not_served"]] == [[], 0, []]


def test_a_batch_of_a_hundred_is_taken_and_of_more_refused(states: Api) -> None:
    hundred = ",".join(f"nothing-{number}" for number in range(100))
    assert len(states.json(f"/v1/conditions?slugs={hundred}")["not_served"]) == 100
    answer = states.get(f"/v1/conditions?slugs={hundred},one-more")
    assert answer.status_code == 422
    assert [error["parameter"] for error in answer.json()["errors"]] == ["slugs"]


# ---- related reading


def test_a_conditions_articles_are_those_that_name_it(states: Api) -> None:
    path = states.json("/v1/conditions/giggle-elbow")["articles_address"]
    assert slugs(states.json(path)) == ["elbow-jokes", "hats-for-teens"]
    assert slugs(states.json("/v1/conditions/quiet-toes/articles")) == []


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("audience=kids", ["gorros-para-ninos", "hats-for-kids"]),
        ("lang=es", ["gorros-para-jovenes", "gorros-para-ninos", "gorros-para-padres"]),
        ("lang=es&audience=teens", ["gorros-para-jovenes"]),
        ("lang=fr", []),
    ],
)
def test_a_conditions_articles_are_filtered_by_language_and_audience(states: Api, query: str, found: list[str]) -> None:
    page = states.json(f"/v1/conditions/hiccup-hat-syndrome/articles?{query}")
    assert [slugs(page), page["total"]] == [found, len(found)]
