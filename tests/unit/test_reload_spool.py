"""What a reload leaves on the disk: whole or not there, private, one reload at a time."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pulumi_astra_vectorize.errors import AstraVectorizeError
from pulumi_astra_vectorize.reload.decisions import Plan, plan
from pulumi_astra_vectorize.reload.journal import Place
from pulumi_astra_vectorize.reload.progress import ProgressLines
from pulumi_astra_vectorize.reload.spool import Manifest, Spool
from pulumi_astra_vectorize.resources._place import reload_place
from pulumi_astra_vectorize.settings import Settings

OLD: dict[str, Any] = {"vector": {"dimension": 3}}
NEW: dict[str, Any] = {"vector": {"dimension": 5}}
DOCUMENTS = [{"_id": 1, "text": "a\nb\u2028c"}, {"_id": {"$uuid": "u"}, "n": 0.1}]


@pytest.fixture
def spool(tmp_path: Path) -> Spool:
    """An empty spool."""
    return Spool(tmp_path / "state" / "spool", Place("id-1", ("ks", "notes")))


class Stopped(BaseException):
    """The process ends here."""


def some_and_stop(error: type[BaseException]) -> Iterator[dict[str, Any]]:
    """Documents whose source breaks."""
    yield DOCUMENTS[0]
    raise error


def left(spool: Spool) -> set[str]:
    """The endings of the files that are there."""
    return {"".join(file.suffixes) for file in spool.path.parent.iterdir()}


def test_spool_gives_back_what_it_got(spool: Spool) -> None:
    """Documents in their order, with the definition that they come from."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)

    assert spool.manifest() == Manifest(count=2, definition=OLD, dropped=False)
    assert list(spool.documents()) == DOCUMENTS


def test_spool_is_its_owners(spool: Spool) -> None:
    """Documents may be private: nobody else reads them."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)

    modes = {file.suffix: stat.S_IMODE(file.stat().st_mode) for file in spool.path.parent.iterdir()}
    assert stat.S_IMODE(spool.path.parent.stat().st_mode) == 0o700
    assert modes[".jsonl"] == modes[".json"] == 0o600


@pytest.mark.parametrize("error", [Stopped, ValueError])
def test_spool_that_is_not_complete_is_none(spool: Spool, error: type[BaseException]) -> None:
    """A crash during the export, also of a second one, leaves no spool that counts."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)
        with pytest.raises(error):
            spool.fill(some_and_stop(error), OLD)

    assert spool.manifest() is None
    assert (".jsonl.partial" in left(spool)) == (error is Stopped)


def test_spool_that_lost_lines_is_refused(spool: Spool) -> None:
    """A disk that lost a part of the file is noticed."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)
    first, _ = spool.path.read_text().splitlines(keepends=True)
    spool.path.write_text(first)

    with pytest.raises(AstraVectorizeError) as caught:
        list(spool.documents())
    assert caught.value.code == "SPOOL_DAMAGED"


def test_manifest_that_cannot_be_read_is_no_missing_one(spool: Spool) -> None:
    """Whatever it says: there may be documents nowhere else."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)
    spool.path.with_suffix(".json").write_text("{")

    with pytest.raises(AstraVectorizeError) as caught:
        spool.manifest()
    assert caught.value.code == "JOURNAL_UNREADABLE"


def test_discarded_spool_leaves_no_document(spool: Spool) -> None:
    """Nothing stays but the lock; discarding nothing is fine."""
    with spool.locked():
        spool.fill(iter(DOCUMENTS), OLD)
        spool.discard()
        spool.discard()

    assert left(spool) == {".lock"}


def test_disk_that_is_full_is_told(spool: Spool, monkeypatch: pytest.MonkeyPatch) -> None:
    """The error names the file and what to do, without a traceback of ours."""

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with spool.locked(), pytest.raises(AstraVectorizeError, match="No space left") as caught:
        spool.fill(iter(DOCUMENTS), OLD)
    assert caught.value.code == "FILE_NOT_WRITABLE"
    assert "spoolFolder" in caught.value.fix


def test_one_run_at_a_time(spool: Spool) -> None:
    """A second run is refused until the first one has ended, also by an error."""
    with suppress(Stopped), spool.locked():
        with pytest.raises(AstraVectorizeError) as caught, spool.locked():
            pass
        assert caught.value.code == "RELOAD_RUNNING"
        raise Stopped
    with spool.locked():
        pass


parts = st.lists(st.text(min_size=1), min_size=1, max_size=4).map(tuple)


@given(parts, parts)
def test_places_have_files_of_their_own(one: tuple[str, ...], other: tuple[str, ...]) -> None:
    """Also names that differ in case, or hold what a file's name must not."""
    names = Place(one[0], one[1:]).file_name, Place(other[0], other[1:]).file_name

    assert (names[0] == names[1]) == (one == other)
    assert all(len(name) < 200 and set("/\\\0. ").isdisjoint(name) for name in names)


EXPORTED = Manifest(count=1, definition=OLD)
DROPPED = Manifest(count=1, definition=OLD, dropped=True)


@pytest.mark.parametrize(
    ("manifest", "there", "wanted", "expected"),
    [
        (None, None, False, Plan.CREATE),
        (None, OLD, False, Plan.EXPORT),
        (None, OLD, True, Plan.NOTHING),
        (EXPORTED, OLD, False, Plan.EXPORT),
        (EXPORTED, OLD, True, Plan.NOTHING),
        (EXPORTED, None, False, Plan.LOAD),
        (EXPORTED, NEW, True, Plan.LOAD),
        (EXPORTED, NEW, False, Plan.START_OVER),
        (DROPPED, None, False, Plan.LOAD),
        (DROPPED, NEW, True, Plan.LOAD),
        (DROPPED, NEW, False, Plan.START_OVER),
        (DROPPED, OLD, True, Plan.LOAD),
        (DROPPED, OLD, False, Plan.START_OVER),
    ],
)
def test_what_is_there_decides(
    manifest: Manifest | None, there: Any, *, wanted: bool, expected: Plan
) -> None:
    """Once the collection was dropped, one of the old definition is not the old one."""
    assert plan(manifest, there, wanted=wanted) is expected


def test_progress_is_told_now_and_then(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line at first, one after some seconds, one when all is done; numbers only, on stderr."""
    now = 100.0
    monkeypatch.setattr("time.monotonic", lambda: now)
    progress = ProgressLines("reload of notes")

    progress("loaded", 32, 1000)
    progress("loaded", 64, 1000)
    now += 3.5
    progress("loaded", 96, 1000)
    progress("loaded", 1000, 1000)

    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.splitlines() == [
        "reload of notes: loaded 32 of 1000",
        "reload of notes: loaded 96 of 1000",
        "reload of notes: loaded 1000 of 1000",
    ]


def test_clusters_have_places_of_their_own(configured: Settings) -> None:
    """Every self-hosted database has the same id: its address tells it from others."""
    names = {
        reload_place(
            configured.model_copy(
                update={"target": target, "data_api_endpoint": f"http://{host}:8181"}
            ),
            "SINGLE-TENANT",
            "ks",
            "notes",
        ).file_name
        for target, host in (("self-hosted", "one"), ("self-hosted", "two"), ("local", "one"))
    }

    assert len(names) == 3
