"""A partner's accent colour, made to read on the pages' own backgrounds (WCAG 2.2, success criterion 1.4.3)."""

from __future__ import annotations

LEAST_CONTRAST = 4.5
LIGHT = ("#ffffff", "#f1f5f7")  # the page and its panels, as pages.css has them
DARK = ("#11181e", "#1b252d")
STEPS = 20  # from a colour to black or to white

Channels = tuple[int, int, int]


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, from 1 to 21 (WCAG 2.2). Colours are `#` and six hexadecimal digits."""
    dark, light = sorted((_luminance(_channels(one)), _luminance(_channels(other))))
    return (light + 0.05) / (dark + 0.05)


def accent_style(accent: str) -> str:
    """The style that gives pages an accent, six hexadecimal digits, as it reads in light and in dark."""
    light = _readable(_channels(accent), LIGHT, (0, 0, 0))
    dark = _readable(_channels(accent), DARK, (255, 255, 255))
    return (
        f":root{{--accent:{light}}}"
        f"@media screen and (prefers-color-scheme:dark){{:root[data-theme=auto]{{--accent:{dark}}}}}"
        f"@media screen{{:root[data-theme=dark]{{--accent:{dark}}}}}"
    )


def _readable(colour: Channels, backgrounds: tuple[str, ...], end: Channels) -> str:
    """A colour, moved towards `end` for as long as it takes to read on every background."""
    for step in range(STEPS):
        moved = _hex(_mixed(colour, end, step / STEPS))
        if all(contrast(moved, background) >= LEAST_CONTRAST for background in backgrounds):
            return moved
    return _hex(end)


def _mixed(colour: Channels, end: Channels, share: float) -> Channels:
    red, green, blue = (round(begin + (stop - begin) * share) for begin, stop in zip(colour, end, strict=True))
    return red, green, blue


def _channels(colour: str) -> Channels:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _hex(colour: Channels) -> str:
    return f"#{bytes(colour).hex()}"


def _luminance(colour: Channels) -> float:
    """Relative luminance, by WCAG 2.2's definition."""
    red, green, blue = (
        share / 12.92 if (share := channel / 255) <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for channel in colour
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
