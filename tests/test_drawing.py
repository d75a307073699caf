"""Two processes draw the figures of a report: the same list comes out, whoever draws what and whatever fails there."""

from __future__ import annotations

from concurrent.futures import Future

import pytest

from sim.report import drawing

JOBS = list(range(9))


def here(job):
    return job, "here"


class Other:
    """The second process as seen from this one: what it was given, and done when it is asked for the next."""

    def __init__(self, fails=(), lost=False):
        self.fails, self.lost, self.given = fails, lost, []

    def __call__(self, job) -> Future:
        if self.lost:
            raise OSError("no second process")
        self.given.append(job)
        future: Future = Future()
        if job in self.fails:
            future.set_exception(ValueError("cannot"))
        else:
            future.set_result((job, "there"))
        return future


@pytest.mark.parametrize("other", [Other(), Other(fails={8, 6}), Other(lost=True)])
def test_every_figure_is_drawn_once_and_in_its_place(other):
    drawn = drawing._shared(JOBS, here, other)
    assert [job for job, _ in drawn] == JOBS
    there = [job for job, where in drawn if where == "there"]
    assert there == sorted(set(other.given) - set(other.fails))
    assert other.given == sorted(other.given, reverse=True)  # from the last on
    assert bool(there) != other.lost


def test_one_figure_is_drawn_here():
    other = Other()
    assert drawing._shared([3], here, other) == [(3, "here")] and not other.given


def test_a_cost_far_above_the_others_does_not_push_them_onto_one_spot():
    from sim.report.figures.cost import _wide

    near, far = (430.0, 360.0, 530.0), (30_000.0, 20_000.0, 220_000.0)
    assert _wide([near, far]) and not _wide([near, near]) and not _wide([])
    assert not _wide([near, (-5.0, -9.0, 30_000.0), far])  # a log axis has no place for it
