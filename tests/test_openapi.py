"""The OpenAPI document: current, whole, and its examples true."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema_rs
import pytest

from app.main import create_app
from app.settings import Settings
from tests.conftest import ROOT, Api
from tests.examples import EXAMPLES, FILE, record

pytestmark = pytest.mark.engines("sqlite")  # the document says nothing of a database

DOCUMENT: dict[str, Any] = json.loads((ROOT / "docs" / "openapi.json").read_text(encoding="utf-8"))
OPERATIONS: dict[str, dict[str, Any]] = {
    operation["operationId"]: operation for path in DOCUMENT["paths"].values() for operation in path.values()
}
SHAPES: dict[str, dict[str, Any]] = DOCUMENT["components"]["schemas"]
MEDIA_TYPES = {  # of the answers that are not plain JSON
    "getConditionHtml": "text/html",
    "getConditionLinkedData": "application/ld+json",
    "getConditionMarkdown": "text/markdown",
    "getConditionText": "text/plain",
    "getLocationLinkedData": "application/ld+json",
    "listLocationsGeojson": "application/geo+json",
}

each_example = pytest.mark.parametrize(
    "example",
    json.loads(FILE.read_text(encoding="utf-8")),
    ids=lambda example: f"{example['operation']}-{example['name']}",
)


def objects(part: Any) -> Iterator[dict[str, Any]]:
    """Every object in a part of the document, the part itself included."""
    if isinstance(part, dict):
        yield part
    for child in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from objects(child)


def resolved(schema: dict[str, Any]) -> jsonschema_rs.Validator:
    """A validator of one schema of the document, formats included."""
    return jsonschema_rs.validator_for({**schema, "components": DOCUMENT["components"]}, validate_formats=True)


def contents(answer: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """The one media type that an answer is declared to have, and what is said of it."""
    ((media_type, content),) = answer["content"].items()
    return media_type, content


# ---- the document


def test_the_committed_document_is_the_one_the_service_would_write() -> None:
    document = create_app(Settings.defaults()).openapi()
    written = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
    assert (ROOT / "docs" / "openapi.json").read_text(encoding="utf-8") == written


def test_a_running_service_answers_the_committed_document(api: Api) -> None:
    assert api.json("/openapi.json") == DOCUMENT


def test_a_deployment_says_who_runs_it_and_where_it_is(make_api: Any) -> None:
    told = {"organisation_name": "Hats", "contact_url": "https://hats.example/help"}
    api = make_api(public_url="https://content.example/health", **told)
    document = api.json("/openapi.json")
    assert document["servers"] == [{"url": "https://content.example/health", "description": "This deployment."}]
    assert document["info"]["contact"] == {"name": "Hats", "url": "https://hats.example/help"}
    assert document["paths"].keys() == DOCUMENT["paths"].keys()


def test_the_document_says_version_licence_contact_and_that_nobody_signs_in() -> None:
    info = DOCUMENT["info"]
    assert DOCUMENT["openapi"].startswith("3.1.")
    assert info["license"] == {"name": "Apache-2.0", "identifier": "Apache-2.0"}
    assert info["contact"]["name"]
    assert info["summary"]
    assert info["description"]
    assert DOCUMENT["security"] == []


def test_the_document_has_every_address_of_the_contract() -> None:
    assert set(DOCUMENT["paths"]) == {
        "/v1",
        "/v1/articles",
        "/v1/articles/{slug}",
        "/v1/by-url",
        "/v1/conditions",
        "/v1/conditions/{slug}",
        "/v1/conditions/{slug}.html",
        "/v1/conditions/{slug}.jsonld",
        "/v1/conditions/{slug}.md",
        "/v1/conditions/{slug}.txt",
        "/v1/conditions/{slug}/articles",
        "/v1/conditions/{slug}/care",
        "/v1/conditions/{slug}/warning-signs",
        "/v1/directory",
        "/v1/glossary",
        "/v1/glossary/{slug}",
        "/v1/locations",
        "/v1/locations.geojson",
        "/v1/locations/{slug}",
        "/v1/locations/{slug}.jsonld",
        "/v1/search",
        "/v1/sources/{slug}",
        "/v1/suggest",
        "/v1/warning-signs",
        "/livez",
        "/readyz",
        "/version",
    }


def test_every_tag_is_described_and_used() -> None:
    described = {tag["name"]: tag["description"] for tag in DOCUMENT["tags"]}
    used = [tag for operation in OPERATIONS.values() for tag in operation["tags"]]
    assert set(used) == set(described)
    assert all(described.values())


def test_no_validation_error_but_our_own_is_named_anywhere() -> None:
    assert "ValidationError" not in json.dumps(DOCUMENT)


def test_every_shape_is_described_and_so_is_each_of_its_fields() -> None:
    bare = [name for name, shape in SHAPES.items() if not shape.get("description")]
    bare += [
        f"{name}.{field}"
        for name, shape in SHAPES.items()
        for field, told in shape.get("properties", {}).items()
        if not (told.get("description") or _described_elsewhere(told))
    ]
    assert bare == []


def _described_elsewhere(field: dict[str, Any]) -> bool:
    references = [part["$ref"] for part in objects(field) if "$ref" in part]
    return bool(references) and all(SHAPES[name.rsplit("/", 1)[1]].get("description") for name in references)


def test_the_closed_vocabularies_are_urgency_contact_audience_and_scope_alone() -> None:
    closed = {name for name, shape in SHAPES.items() if "enum" in shape}
    assert closed == {"Audience", "Contact", "Scope", "Urgency"}
    inline = [part for shape in SHAPES.values() for part in objects(shape) if "enum" in part and part is not shape]
    assert inline == []


def test_a_shape_promises_all_of_its_fields() -> None:
    partial = [
        name for name, shape in SHAPES.items() if set(shape.get("properties", {})) != set(shape.get("required", ()))
    ]
    assert partial == []


# ---- its operations


def test_operation_ids_are_unique_and_named_as_generated_clients_spell_methods() -> None:
    ids = [operation["operationId"] for path in DOCUMENT["paths"].values() for operation in path.values()]
    assert len(set(ids)) == len(ids)
    assert all(name.isalnum() and name[0].islower() for name in ids), ids
    assert all(name.startswith(("get", "list")) for name in {*ids} - {"search", "suggest"}), ids


def test_an_operation_has_a_summary_a_description_and_one_tag() -> None:
    for name, operation in OPERATIONS.items():
        assert operation["summary"], name
        assert operation["description"], name
        assert len(operation["tags"]) == 1, name


def test_an_operation_describes_its_parameters() -> None:
    for name, operation in OPERATIONS.items():
        told = operation.get("parameters", [])
        assert [given["name"] for given in told if not given.get("description")] == [], name


def test_the_only_enumerated_parameters_are_closed_vocabularies_and_our_own_switches() -> None:
    for name, operation in OPERATIONS.items():
        inline = {
            given["name"]
            for given in operation.get("parameters", [])
            for part in objects(given["schema"])
            if "enum" in part
        }
        assert inline <= {"view", "fallback", "unit"}, name


def test_an_operation_shows_a_described_example_of_its_success() -> None:
    for name, operation in OPERATIONS.items():
        _, content = contents(operation["responses"]["200"])
        assert content["schema"], name
        assert content["examples"], name
        for example in content["examples"].values():
            assert example["summary"], name
            assert example["description"], name
            assert example["value"], name


def test_an_operation_types_its_problems() -> None:
    for name, operation in OPERATIONS.items():
        problems = {status: answer for status, answer in operation["responses"].items() if status != "200"}
        assert {"500", "503"} <= set(problems), name
        for answer in problems.values():
            media_type, content = contents(answer)
            assert media_type == "application/problem+json", name
            assert answer["description"], name
            assert {part["$ref"] for part in objects(content["schema"]) if "$ref" in part}, name


def test_an_operation_with_parameters_declares_that_it_refuses_them() -> None:
    for name, operation in OPERATIONS.items():
        parameters = {given["in"] for given in operation.get("parameters", [])}
        assert not parameters or "422" in operation["responses"], name


# ---- its examples


def test_the_committed_examples_are_what_the_service_answers(tmp_path: Path) -> None:
    assert FILE.read_text(encoding="utf-8") == record(tmp_path)


def test_the_examples_show_each_state_that_a_client_has_to_handle() -> None:
    statuses = {example.status for example in EXAMPLES}
    assert statuses == {200, 308, 404, 410, 422}
    assert {example.operation for example in EXAMPLES} == set(OPERATIONS)
    values = {
        name: content["examples"][name]["value"]
        for operation in OPERATIONS.values()
        for answer in operation["responses"].values()
        for content in answer["content"].values()
        for name in content.get("examples", ())
    }
    assert values["incomplete"]["complete"] is False
    assert values["language-fallback"]["edition"]["fallback"] is True
    assert values["code-fallback"]["code"]["fallback"] is True
    assert values["no-edition"]["available"]
    assert values["recalled"]["reason"] == "recall"
    assert values["places"]["type"] == "FeatureCollection"


def test_an_example_shows_an_incomplete_section_and_an_incomplete_sign_set() -> None:
    shown = OPERATIONS["getCondition"]["responses"]["200"]["content"]["application/json"]["examples"]
    condition = shown["incomplete"]["value"]
    assert condition["warning_signs"]["complete"] is False
    assert [section["complete"] for section in condition["sections"]] == [False]
    assert "lost-list" in {block["type"] for section in condition["sections"] for block in section["blocks"]}


def test_two_examples_of_one_answer_have_names_of_their_own() -> None:
    names = [(example.operation, example.status, example.name) for example in EXAMPLES]
    assert len(set(names)) == len(names)


@each_example
def test_an_example_is_of_the_shape_that_its_operation_declares(example: dict[str, Any]) -> None:
    media_type, content = contents(OPERATIONS[example["operation"]]["responses"][str(example["status"])])
    faults = [error.message for error in resolved(content["schema"]).iter_errors(example["value"])]
    assert faults == []
    assert content["examples"][example["name"]]["value"] == example["value"]
    assert media_type == _media_type(example)


def _media_type(example: dict[str, Any]) -> str:
    if example["status"] != 200:
        return "application/problem+json"
    return MEDIA_TYPES.get(example["operation"], "application/json")
