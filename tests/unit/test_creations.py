"""Notes of creations: a run that is killed leaves them, one that ends in order takes them along."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from socket import create_server, socket
from typing import Any

import pytest

from pulumi_astra_vectorize import creations
from pulumi_astra_vectorize.creations import about_to_make, begun_before, creating, in_the_state
from pulumi_astra_vectorize.errors import AstraVectorizeError, ConflictError, UnreachableError
from pulumi_astra_vectorize.resources.user_access_token import (
    UserAccessTokenInputs,
    UserAccessTokenLifecycle,
)
from pulumi_astra_vectorize.settings import Settings

RULES = UserAccessTokenLifecycle()
WRITTEN: Mapping[str, Any] = {"name": "search", "secret": "hf_not_to_be_seen"}


class Killed(BaseException):
    """The process ends here, as far as this process can play that."""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A target whose spool folder nobody has used."""
    spool = tmp_path / "spool"
    return Settings.model_construct(
        target="local", endpoint="http://127.0.0.1:8181", spool_folder=spool
    )


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[socket]:
    """The engine of this run, which waits for answers."""
    with new_engine(monkeypatch) as listening:
        yield listening


def new_engine(monkeypatch: pytest.MonkeyPatch) -> socket:
    """Another engine has started this process, in which nothing has happened yet."""
    listening = create_server(("127.0.0.1", 0))
    monkeypatch.setattr(sys, "argv", ["provider", f"127.0.0.1:{listening.getsockname()[1]}"])
    creations._answered.clear()
    creations._left_behind.cache_clear()
    return listening


def inputs(**others: Any) -> UserAccessTokenInputs:
    """The token's inputs, some of them others."""
    return UserAccessTokenInputs.model_validate({**WRITTEN, **others})


def begin(settings: Settings, ending: BaseException | None = None, **others: Any) -> bool:
    """A creation that finds nothing and makes it; whether it was begun before."""
    with creating(RULES, inputs(**others), settings):
        begun = begun_before()
        about_to_make()
        if ending is not None:
            raise ending
    return begun


def die(settings: Settings, engine: socket, **others: Any) -> None:
    """A run that is killed between what it made and the engine's being told."""
    with pytest.raises(Killed):
        begin(settings, Killed(), **others)
    engine.close()


def notes(settings: Settings) -> list[Path]:
    """What is noted on this machine."""
    return [*(settings.spool_folder / "creations").glob("*")]


def test_creation_that_died_is_known(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same creation of the next run may take over what is there."""
    die(settings, engine)
    with new_engine(monkeypatch):
        assert begin(settings)


@pytest.mark.parametrize(
    "others", [{"adopt": True}, {"force_destroy": True}, {"secret": "hf_another_one"}], ids=str
)
def test_what_says_nothing_of_what_is_made_makes_no_difference(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch, others: dict[str, Any]
) -> None:
    """Permissions, and the secret, which stands in no note."""
    die(settings, engine)
    with new_engine(monkeypatch):
        assert begin(settings, **others)


@pytest.mark.parametrize("others", [{"name": "other"}, {"integration": "other"}], ids=str)
def test_another_creation_was_not_begun(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch, others: dict[str, Any]
) -> None:
    """What is there under another name is somebody else's."""
    die(settings, engine)
    with new_engine(monkeypatch):
        assert not begin(settings, **others)


def test_another_project_or_target_has_begun_nothing(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A note is one project's, and of one server."""
    monkeypatch.setenv("PULUMI_PROJECT", "ours")
    die(settings, engine)
    with new_engine(monkeypatch):
        elsewhere = settings.model_copy(update={"endpoint": "http://127.0.0.1:9"})
        assert not begin(elsewhere)
        monkeypatch.setenv("PULUMI_PROJECT", "theirs")
        assert not begin(settings)


def test_who_only_looked_has_begun_nothing(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed before anything is made: what is there then was made by somebody else."""
    with pytest.raises(Killed), creating(RULES, inputs(), settings):
        raise Killed
    engine.close()
    with new_engine(monkeypatch):
        assert not begin(settings)


@pytest.mark.usefixtures("engine")
def test_run_that_lives_is_not_taken_over(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two runs at once: the other's engine still waits, and so does a second one in this run."""
    with pytest.raises(Killed):
        begin(settings, Killed())
    assert not begin(settings)
    with new_engine(monkeypatch):
        assert not begin(settings)


@pytest.mark.usefixtures("engine")
def test_run_that_ends_in_order_leaves_no_note(settings: Settings) -> None:
    """The engine is still there when it ends its providers, and has stored what it was told."""
    begin(settings)
    assert len(notes(settings)) == 1
    creations.end_in_order()
    assert notes(settings) == []


def test_answer_to_a_dead_engine_is_not_stored(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An orphan may still finish its creation, and then end in order."""
    begin(settings)
    engine.close()
    creations.end_in_order()
    with new_engine(monkeypatch):
        assert begin(settings)


@pytest.mark.parametrize(
    ("error", "kept"),
    [
        (UnreachableError("ANSWER_LOST", "", fix=""), 1),
        (ConflictError("ALREADY_EXISTS", "", fix=""), 0),
    ],
    ids=["lost", "refused"],
)
@pytest.mark.usefixtures("engine")
def test_only_a_lost_answer_leaves_a_note(
    settings: Settings, error: AstraVectorizeError, kept: int
) -> None:
    """What is refused has left nothing behind; what was lost may have been done."""
    with pytest.raises(type(error)):
        begin(settings, error)
    creations.end_in_order()
    assert len(notes(settings)) == kept


def test_what_is_in_the_state_needs_no_note(
    settings: Settings, engine: socket, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run that was killed later had stored it: nobody else may take it over on its account."""
    die(settings, engine)
    die(settings, engine, name="other")
    with new_engine(monkeypatch):
        in_the_state(RULES, inputs(), settings)
        assert len(notes(settings)) == 1


def test_note_shows_nothing(settings: Settings, engine: socket) -> None:
    """It holds the engine's address, under a name that is a hash."""
    begin(settings)
    (note,) = notes(settings)
    assert note.read_text() == f"127.0.0.1:{engine.getsockname()[1]}"
    assert len(note.name) == 64


@pytest.mark.usefixtures("engine")
def test_disk_that_takes_nothing_is_no_obstacle(settings: Settings) -> None:
    """A runner without a home still creates; what dies there is taken over by hand."""
    nowhere = settings.model_copy(update={"spool_folder": Path("/dev/null/spool")})
    assert not begin(nowhere)
    assert not begin(nowhere)


@pytest.mark.parametrize("content", ["", "not an address", "127.0.0.1", "\xff"])
@pytest.mark.usefixtures("engine")
def test_damaged_note_takes_over_nothing(settings: Settings, content: str) -> None:
    """Only an address at which nobody answers is a dead engine."""
    begin(settings)
    (note,) = notes(settings)
    note.write_text(content, encoding="latin-1")
    assert not begin(settings)


def test_without_an_engine_nothing_is_noted(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that no engine has started: nobody stores anything."""
    monkeypatch.setattr(sys, "argv", ["pytest", "tests/unit"])
    assert not begin(settings)
    assert notes(settings) == []
