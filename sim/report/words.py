"""The two languages of a report, and the words around a figure."""

from __future__ import annotations

from dataclasses import dataclass

LANGUAGES = ("zh", "en")


def say(lang: str, zh: str, en: str) -> str:
    return zh if lang == "zh" else en


@dataclass(frozen=True)
class Words:
    """`title` states the question, `aid` is one line on how to read the figure, `caption` names units and bands, `alt`
    says in numbers what a reader who does not see the figure would miss."""

    title: str
    aid: str
    caption: str
    alt: str


def listed(lang: str, items: list[str]) -> str:
    return say(lang, "；", "; ").join(items)
