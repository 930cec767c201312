"""The figures as the table that README quotes: ratios first, absolute figures for whoever wants to check them."""

from __future__ import annotations

import math
import os
import platform
import statistics
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.load import CONNECTIONS, Sample
from benchmarks.servers import ROOT

QUIET = 0.05  # of the server's core, for all that is not the server


@dataclass
class Figures:
    """Every line's samples, one a round, and the line that each is compared with: its group's first."""

    samples: dict[str, list[Sample]] = field(default_factory=dict)
    compared_with: dict[str, str] = field(default_factory=dict)

    def add(self, first: str, name: str, sample: Sample) -> None:
        """Keep a sample of the line `name`, which is compared with the line `first`."""
        self.samples.setdefault(name, []).append(sample)
        self.compared_with[name] = first

    def rates(self, name: str) -> list[float]:
        """A line's requests per second, one a round."""
        return [sample.rate for sample in self.samples[name]]


@dataclass(frozen=True)
class Aim:
    """One aim: what, what was measured, what it should be, whether it is."""

    what: str
    measured: str
    aim: str
    met: bool

    def but(self, told: str, holds: bool) -> Aim:
        """The same aim with a further condition, and what was seen of it."""
        return replace(self, measured=f"{self.measured}; {told}", met=self.met and holds)


def ratios(ours: Sequence[float], theirs: Sequence[float]) -> list[float]:
    """One figure over another, round by round; not a number, so no aim met, where the other is zero."""
    return [a / b if b else math.nan for a, b in zip(ours, theirs, strict=True)]


def at_least(what: str, found: Sequence[float], bound: float) -> Aim:
    """An aim that the median reaches a bound."""
    return Aim(what, _spread(found), f"≥ {bound:g}", _median(found) >= bound)


def at_most(what: str, found: Sequence[float], bound: float) -> Aim:
    """An aim that the median stays within a bound."""
    return Aim(what, _spread(found), f"≤ {bound:g}", _median(found) <= bound)


def render(aims: Sequence[Aim], figures: Figures, notes: Sequence[str], versions: Mapping[str, str], how: str) -> str:
    """The whole report, in Markdown."""
    known = ", ".join(f"{name} {version}" for name, version in versions.items())
    parts = [
        "# Benchmark results",
        f"Written by `make bench` on {datetime.now(UTC):%Y-%m-%d} at commit {commit()}: {how}, {CONNECTIONS} "
        "connections, medians (lowest–highest of the rounds). Only ratios travel from machine to machine. What the "
        "lines mean, and what they leave out: [README.md](README.md).",
        f"{_machine()}; {known}, Python {platform.python_version()}.",
        *([_bullets(notes)] if notes else []),
        *_warning(figures),
        "## Aims",
        _table(
            ("what", "measured", "aim", "met"),
            ((aim.what, aim.measured, aim.aim, "yes" if aim.met else "**no**") for aim in aims),
        ),
        "## Every line",
        _table(
            (
                "line",
                "requests/s",
                "÷ first of its group",
                "p50 ms",
                "p99 ms",
                "server's share of its core",
                "others' share",
                "errors",
            ),
            (_row(name, figures) for name in figures.samples),
        ),
    ]
    return "\n\n".join(parts) + "\n"


def _warning(figures: Figures) -> list[str]:
    others = statistics.median(sample.others for samples in figures.samples.values() for sample in samples)
    if others <= QUIET:
        return []
    return [
        f"**The machine was not quiet: others took {others:.0%} of the server's core (median of all runs). Take no "
        "figure from this table.**"
    ]


def _row(name: str, figures: Figures) -> tuple[str, ...]:
    samples = figures.samples[name]
    first = figures.rates(figures.compared_with[name])
    return (
        name,
        f"{statistics.median(figures.rates(name)):,.0f}",
        _spread(ratios(figures.rates(name), first)),
        _figure(_median([sample.p50 for sample in samples])),
        _figure(_median([sample.p99 for sample in samples])),
        f"{statistics.median(sample.busy for sample in samples):.0%}",
        f"{statistics.median(sample.others for sample in samples):.0%}",
        str(sum(sample.errors for sample in samples)),
    )


def _spread(found: Sequence[float]) -> str:
    """The median, with the lowest and the highest."""
    if math.isnan(_median(found)):
        return "none: a round without answers"
    return f"{_figure(statistics.median(found))} ({_figure(min(found))}–{_figure(max(found))})"


def _median(found: Sequence[float]) -> float:
    return math.nan if any(map(math.isnan, found)) else statistics.median(found)


def _figure(number: float) -> str:
    if math.isnan(number):
        return "none"
    if number >= 100:
        return f"{number:.0f}"
    return f"{number:.2f}" if number >= 0.1 else f"{number:.4f}"


def _table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _bullets(lines: Sequence[str]) -> str:
    return "\n".join(f"- {line}" for line in lines)


def _machine() -> str:
    info = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in info if line.startswith("model name")), platform.machine())
    return f"{model}, {os.cpu_count()} cores, Linux {platform.release().split('-')[0]}"


def commit() -> str:
    """The state of the code, as git names it."""
    command = ["git", "-C", str(ROOT), "describe", "--always", "--dirty"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  # written above
    return done.stdout.strip() or "unknown"
