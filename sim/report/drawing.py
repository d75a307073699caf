"""Drawing is what a report spends its time on, so where a second core is free a second process draws from the last figure
on while this one draws from the first. Both draw the same bytes, and what the other cannot do is done here."""

from __future__ import annotations

import multiprocessing
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor
from pathlib import Path

from sim.report import style
from sim.report.figures import figure
from sim.report.saving import Saved, saved
from sim.report.words import Words
from sim.study.pool import METHOD, clean_children
from sim.study.runner import cores

WORTH = 6  # figures; for fewer a second process takes longer to start than it saves
AHEAD = 2  # figures handed over at a time

Job = tuple[str, Words, dict]  # name, words, what else `draw` takes


def all_of(jobs: list[Job], r) -> list[Saved]:
    """Every figure of the list, in its order; `r` is a Reading."""
    folder = getattr(r.results, "folder", None)
    if folder is None or len(jobs) < WORTH or cores(None) < 2:
        with style.context():
            return [_one(r, *job) for job in jobs]
    with ProcessPoolExecutor(1, multiprocessing.get_context(METHOD)) as other:

        def hand_over(job: Job) -> Future:
            with clean_children():
                return other.submit(_there, folder, r.lang, job)

        with style.context():
            return _shared(jobs, lambda job: _one(r, *job), hand_over)


def _shared(jobs: list, here: Callable, hand_over: Callable) -> list:
    """From the first on here and from the last on there, until they meet."""
    done: list = [None] * len(jobs)
    waiting: dict[int, Future] = {}
    first, last = 0, len(jobs)
    while first < last or waiting:
        for place in [place for place, future in waiting.items() if future.done()]:
            future = waiting.pop(place)
            done[place] = future.result() if future.exception() is None else here(jobs[place])
        while first < last - 1 and len(waiting) < AHEAD:
            last -= 1
            try:
                waiting[last] = hand_over(jobs[last])
            except Exception:  # noqa: BLE001 - there may be no second process at all: then everything is drawn here
                done[last] = here(jobs[last])
        if first < last:
            done[first] = here(jobs[first])
            first += 1
        elif waiting:
            next(iter(waiting.values())).exception()  # waits
    return done


def _one(r, name: str, words: Words, more: dict) -> Saved:
    return saved(figure(name), r, r.lang, words, **more)


_READ: dict = {}  # of the other process: the study it draws


def _there(folder: Path, lang: str, job: Job) -> Saved:
    """In the other process: a figure of the study in a folder."""
    if (folder, lang) not in _READ:
        from sim.report.reading import Reading
        from sim.study.results import Results

        _READ[folder, lang] = Reading(Results.open(folder), lang)
    with style.context():
        return _one(_READ[folder, lang], *job)
