"""What SIGKILL leaves: the bench's own check, with a few kills."""

from __future__ import annotations

from bench.durability import losses_by_kills


def test_acknowledged_documents_outlive_the_server() -> None:
    """Killed under load: all acknowledged documents are there and found, none is half there."""
    losses = list(losses_by_kills(2))

    assert all(loss.acknowledged > 0 for loss in losses)
    assert [(loss.lost, loss.half_there) for loss in losses] == [(0, 0), (0, 0)]
