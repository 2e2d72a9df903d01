"""Time and memory of a collection's reload: `python bench/reload.py [DOCUMENTS ...]`.

Without an argument, of 1,000 documents. The embedded server runs in a process of its own, so the
memory is that of what runs in the provider. The documents have vectors of 384 numbers already: what
is measured is the reload, not a model. Sizes run in the order given; the peak is of the whole
process, so it shows whether a larger one needs more.
"""

from __future__ import annotations

import math
import resource
import sys
import tempfile
import time
from collections.abc import Iterator
from typing import Any

from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.api.target import Target
from pulumi_astra_vectorize.reload.documents import Documents
from pulumi_astra_vectorize.resources.collection import CollectionLifecycle
from pulumi_astra_vectorize.settings import load_settings
from pulumi_astra_vectorize.testing import RunningServer, running_server

DIMENSION = 384


def main() -> None:
    """Reloads a collection of each size, and prints a line for each."""
    sizes = [int(argument) for argument in sys.argv[1:]] or [1_000]
    with tempfile.TemporaryDirectory() as folder, running_server("library") as server:
        target = Target(load_settings(_config(server, folder).get))
        print(
            f"{'documents':>10} {'seconds':>9} {'per second':>11} {'peak memory':>12} {'before':>9}"
        )
        for size in sizes:
            before = _peak_megabytes()
            seconds = _reload(target, size)
            print(
                f"{size:>10,} {seconds:>9.1f} {size / seconds:>11,.0f} "
                f"{_peak_megabytes():>9.0f} MB {before:>6.0f} MB",
                flush=True,
            )


def _reload(target: Target, size: int) -> float:
    """The seconds that a change of the metric takes."""
    rules = CollectionLifecycle()
    inputs = _inputs(rules, metric="cosine")
    state = life.State(inputs, rules.create(inputs, target)[1])
    api = target.data_api(target.database("library"))
    documents = Documents(api, inputs.keyspace, inputs.name)
    documents.load(_documents(size), ask_first=False, passed=lambda _done: None)
    started = time.perf_counter()
    changed = _inputs(rules, metric="dot_product")
    outputs = rules.update(state, changed, target)
    seconds = time.perf_counter() - started
    if documents.count() != size:
        raise SystemExit("documents are missing")
    rules.delete(life.State(changed, outputs), target)
    return seconds


def _inputs(rules: CollectionLifecycle, metric: str) -> Any:
    written = {"database": "library", "name": "notes", "dimension": DIMENSION, "metric": metric}
    allowed = {"on_change": "reload", "force_destroy": True}
    return rules.inputs_type.model_validate(written | allowed)


def _documents(size: int) -> Iterator[dict[str, Any]]:
    for number in range(size):
        vector = [round(math.sin(number + axis), 7) for axis in range(DIMENSION)]
        yield {"_id": f"d{number}", "title": f"Document {number}", "$vector": vector}


def _config(server: RunningServer, folder: str) -> dict[str, str]:
    return {
        "astra-vectorize:endpoint": server.url,
        "astra-vectorize:applicationToken": server.token,
        "astra-vectorize:spoolFolder": f"{folder}/spool",
    }


def _peak_megabytes() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    main()
