"""Settings: documented where people look for them, and refused in one line where they are wrong."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pydantic import ValidationError

from app.settings import Settings, settings_table
from tests.conftest import ROOT
from tests.test_cli import run

NAMES = [name.upper() for name in Settings.model_fields]

each_setting = pytest.mark.parametrize("name", NAMES)


@pytest.fixture
def surroundings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> pytest.MonkeyPatch:
    """An environment without any setting, and a folder without `.env`."""
    monkeypatch.chdir(tmp_path)
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    return monkeypatch


def test_the_documented_table_is_the_one_the_program_prints(tmp_path: Path) -> None:
    printed = run(tmp_path, "settings")
    assert printed.code == 0
    assert (ROOT / "docs" / "settings.md").read_text(encoding="utf-8") == printed.out


@each_setting
def test_a_setting_has_a_row_in_the_table_that_says_what_it_does(name: str) -> None:
    (row,) = re.findall(rf"^\| `{name}` \|.*$", settings_table(), re.MULTILINE)
    _, _, default, description, _ = row.split("|")
    told = Settings.model_fields[name.lower()].default
    assert default.strip() == ("" if told is None else f"`{told}`")
    assert description.strip().endswith(".")


@each_setting
def test_a_setting_is_in_the_example_of_an_environment_file_with_its_default(name: str) -> None:
    (value,) = re.findall(rf"^# {name}=(.+)$", (ROOT / ".env.example").read_text(encoding="utf-8"), re.MULTILINE)
    default = Settings.model_fields[name.lower()].default
    assert default is None or value == str(default)


def test_the_example_of_an_environment_file_is_taken_as_it_stands(
    surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    example = (ROOT / ".env.example").read_text(encoding="utf-8")
    (tmp_path / ".env").write_text(re.sub(r"^# ([A-Z_]+=)", r"\1", example, flags=re.MULTILINE), encoding="utf-8")
    settings = Settings()
    assert settings.public_url == "https://content.example.org/health"
    assert settings.care_team_phone == "+1 555 0100"
    assert set(re.findall(r"^# ([A-Z_]+)=", example, re.MULTILINE)) == set(NAMES)


def test_the_environment_goes_before_the_file_and_an_empty_value_is_none(
    surroundings: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / ".env").write_text("PORT=9001\nHOST=0.0.0.0\n")
    surroundings.setenv("PORT", "9002")
    surroundings.setenv("PUBLIC_URL", "")
    settings = Settings()
    assert (settings.port, settings.host, settings.public_url) == (9002, "0.0.0.0", None)  # noqa: S104  # only read


def test_the_defaults_are_the_same_whatever_the_environment_says(surroundings: pytest.MonkeyPatch) -> None:
    surroundings.setenv("ORGANISATION_NAME", "Somebody")
    assert Settings().organisation_name == "Somebody"
    assert Settings.defaults().organisation_name == "Health Content API"


def test_settings_never_change_once_they_are_read(surroundings: pytest.MonkeyPatch) -> None:
    settings = Settings()
    with pytest.raises(ValidationError, match="frozen"):
        settings.port = 1  # type: ignore[misc]  # what is tested


def test_a_public_address_is_joined_with_one_slash_and_without_one_links_stay_root_relative(
    surroundings: pytest.MonkeyPatch,
) -> None:
    assert Settings().address("/v1") == "/v1"
    surroundings.setenv("PUBLIC_URL", "https://content.example/health/")
    assert Settings().address("/v1") == "https://content.example/health/v1"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "80a"),
        ("PORT", "0"),
        ("PORT", "65536"),
        ("SEED", "maybe"),
        ("PUBLIC_URL", "content.example"),
        ("PUBLIC_URL", "javascript:alert(1)"),
        ("PUBLIC_URL", "https://content.example/?a=b"),
        ("PUBLIC_URL", 'https://content.example/"><script>'),
        ("ORGANISATION_NAME", "n" * 201),
        ("CONTACT_URL", "ask me"),
        ("EMERGENCY_LINE", "e" * 201),
        ("CARE_TEAM_PHONE", "call us"),
        ("CARE_KINDS", "nurse=urgent-care"),
        ("CARE_KINDS", "doctor=Urgent Care"),
        ("CARE_KINDS", "doctor="),
        ("LOG_LEVEL", "loud"),
        ("LOG_FORMAT", "xml"),
        ("METRICS_PORT", "0"),
        ("WORKERS", "0"),
        ("WORKERS", "65"),
    ],
)
def test_a_bad_value_is_refused_in_one_line_that_names_the_setting(tmp_path: Path, name: str, value: str) -> None:
    told = run(tmp_path, "migrate", terminal=None, **{name: value})
    assert told.code == 2
    lines = told.err.splitlines()
    assert [line for line in lines if line.startswith(f"{name}: ")] == lines[:1]
    assert lines[1:] == ["A setting is not allowed as given."]
    assert value not in told.err


def test_every_bad_value_is_named_at_once(tmp_path: Path) -> None:
    told = run(tmp_path, "migrate", PORT="x", SEED="y")
    assert [line.split(":")[0] for line in told.err.splitlines()[:2]] == ["PORT", "SEED"]


@pytest.mark.parametrize("number", ["911", "112", "1-1-2", "(555) 010"])
def test_an_emergency_number_is_no_care_teams_number(surroundings: pytest.MonkeyPatch, number: str) -> None:
    surroundings.setenv("CARE_TEAM_PHONE", number)
    with pytest.raises(ValidationError, match="care_team_phone"):
        Settings()
