"""What the tests know about the source without holding a sentence of it: `python -m tests.source.facts FILE`."""

from __future__ import annotations

import hashlib
import json
import re
import sys
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
RUN = 8  # as many words in a row are a copy
FIRST_SENTENCE = 61  # the lines before it are names of places and services

# Each hedge with the forms that say it, in the source and in our words alike.
HEDGES = {
    "most": r"most",
    "many": r"many",
    "some": r"some",
    "any": r"any(?:one)?",
    "may": r"may",
    "can": r"can",
    "could": r"could",
    "if": r"if",
    "sometimes": r"sometimes",
    "usually": r"usually",
    "common": r"common",
    "not all": r"not all",
    "depends": r"depends?",
    "more likely": r"more likely",
    "example": r"for example|such as|examples?",
    "includes": r"includes?",
    "needed": r"when (?:it is )?needed",
    "quick": r"quick(?:ly)?",
    "proper": r"proper(?:ly)?",
    "quite": r"quite",
    "one of": r"one of",
    "used to": r"used to",
}


def words(text: str) -> list[str]:
    """The words of a text, without case, apostrophes or anything but letters."""
    return re.findall(r"[a-z]+", text.lower().replace("’", "").replace("'", ""))


def runs(text: str) -> dict[str, str]:
    """Each run of eight words of a text, by its short hash."""
    found = words(text)
    every = (" ".join(found[at : at + RUN]) for at in range(len(found) - RUN + 1))
    return {hashlib.sha256(run.encode()).hexdigest()[:16]: run for run in every}


def hedges(text: str) -> list[str]:
    """The hedges of a text, each as often as it stands there, in the order of HEDGES."""
    plain = text.lower()
    return [hedge for hedge, form in HEDGES.items() for _ in re.findall(rf"\b(?:{form})\b", plain)]


def facts(raw: bytes) -> dict[str, Any]:
    """The source's hash, and its lines by number: all that hold text, those with hedges, those whose list is lost."""
    lines = dict(enumerate(raw.decode().splitlines(), 1))
    return {
        "sha256": hashlib.sha256(raw).hexdigest(),
        "content": [number for number, line in lines.items() if line.strip()],
        "lost_lists": [number for number, line in lines.items() if line.rstrip().endswith(":")],
        "hedges": {
            str(number): found for number, line in lines.items() if number >= FIRST_SENTENCE and (found := hedges(line))
        },
    }


def source_runs(raw: bytes) -> list[str]:
    """The hashes of the runs of every line that holds sentences."""
    sentences = raw.decode().splitlines()[FIRST_SENTENCE - 1 :]
    return sorted({run for line in sentences for run in runs(line)})


def main() -> None:
    raw = Path(sys.argv[1]).read_bytes()
    made = facts(raw)
    by_line = ",\n".join(f"    {json.dumps(line)}: {json.dumps(found)}" for line, found in made.pop("hedges").items())
    rest = ",\n".join(f"  {json.dumps(name)}: {json.dumps(value)}" for name, value in made.items())
    (HERE / "facts.json").write_text(f'{{\n{rest},\n  "hedges": {{\n{by_line}\n  }}\n}}\n', encoding="utf-8")
    (HERE / "runs.txt").write_text("".join(f"{run}\n" for run in source_runs(raw)), encoding="utf-8")


if __name__ == "__main__":
    main()
