"""What the indexes of a table refuse of the vectors in its rows."""

from __future__ import annotations

from pulumi_astra_vectorize.server.data_api.commands import Call
from pulumi_astra_vectorize.server.data_api.directions import check_direction, has_direction
from pulumi_astra_vectorize.server.data_api.tables.indexes import vector_metrics
from pulumi_astra_vectorize.server.data_api.tables.rows import RowChange


def check_directions(call: Call, change: RowChange) -> None:
    """Refuses a vector of zeros in a column whose index compares by the cosine."""
    zeros = {
        name: vector
        for name, vector in change.vectors.items()
        if vector is not None and not has_direction(vector)
    }
    if not zeros:
        return
    with call.server.store.read() as session:
        metrics = vector_metrics(session, call.target.id)
    for name, vector in zeros.items():
        check_direction(vector, metrics.get(name))
