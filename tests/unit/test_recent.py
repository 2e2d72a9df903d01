"""Answers that are asked for once and kept for a short while."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from pulumi_astra_vectorize.api.recent import Recent


class Clock:
    """A time that passes when told."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


class Server:
    """Answers with how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def __call__(self) -> int:
        self.asked += 1
        return self.asked


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def recent(clock: Clock) -> Recent[int]:
    return Recent(clock)


def test_answer_serves_until_it_is_too_old(recent: Recent[int], clock: Clock) -> None:
    """Who accepts ten seconds gets the same answer for ten seconds, and then another."""
    server = Server()
    assert recent.get("q", server, within=10) == 1
    clock.now += 9
    assert recent.get("q", server, within=10) == 1
    assert recent.get("q", server, within=5) == 2
    clock.now += 10
    assert recent.get("q", server, within=10) == 3


def test_zero_seconds_always_ask(recent: Recent[int]) -> None:
    """An answer of the same moment is no answer for who wants it anew; others take the new one."""
    server = Server()
    assert [recent.get("q", server, within=0) for _ in range(3)] == [1, 2, 3]
    assert recent.get("q", server, within=10) == 3


def test_questions_are_told_apart(recent: Recent[int]) -> None:
    """One list says nothing about another."""
    assert recent.get("a", lambda: 1, within=10) == 1
    assert recent.get("b", lambda: 2, within=10) == 2


def test_change_drops_or_amends_the_answer(recent: Recent[int]) -> None:
    """After a change the answer is what the change made of it, or is asked for again."""
    server = Server()
    recent.get("q", server, within=10)
    recent.change("q", lambda answer: answer + 41)
    assert recent.get("q", server, within=10) == 42
    recent.drop("q")
    assert recent.get("q", server, within=10) == 2
    recent.forget()
    assert recent.get("q", server, within=10) == 3


def test_answer_given_before_a_change_is_not_kept(recent: Recent[int]) -> None:
    """Who asked before a change may use the answer; nobody who asks afterwards gets it."""
    server = Server()

    def changed_meanwhile() -> int:
        answer = server()
        recent.drop("q")
        return answer

    assert recent.get("q", changed_meanwhile, within=10) == 1
    assert recent.get("q", server, within=10) == 2


def test_failed_asking_is_no_answer(recent: Recent[int]) -> None:
    """An error reaches who asked; the next one asks again."""

    def fail() -> int:
        raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - ours, two lines above
        recent.get("q", fail, within=10)
    assert recent.get("q", lambda: 7, within=10) == 7


def test_all_who_wait_share_one_asking() -> None:
    """While one asks, the others wait for that answer instead of asking, too."""
    recent: Recent[int] = Recent()
    server, asking, go_on = Server(), threading.Event(), threading.Event()

    def slow() -> int:
        asking.set()
        assert go_on.wait(10)
        return server()

    with ThreadPoolExecutor(8) as pool:
        first = pool.submit(recent.get, "q", slow, 10)
        assert asking.wait(10)
        others = [pool.submit(recent.get, "q", slow, 10) for _ in range(7)]
        go_on.set()
        assert [it.result() for it in (first, *others)] == [1] * 8
