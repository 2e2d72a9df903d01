"""`pulumi` as a person or a pipeline calls it."""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

from tests.lifecycle.servers import Server


class Pulumi:
    """The engine's command line with a home and a state of its own."""

    def __init__(self, folder: Path, server: Server) -> None:
        (folder / "state").mkdir()
        self.environment = {
            "PULUMI_HOME": str(folder / "home"),
            "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
            "PULUMI_CONFIG_PASSPHRASE": "only-for-tests",
            "PULUMI_SKIP_UPDATE_CHECK": "1",
            "ASTRA_VECTORIZE_ENDPOINT": server.url,
            "ASTRA_DB_APPLICATION_TOKEN": server.token,
        }

    def __call__(self, project: Path, *arguments: str, text: str | None = None) -> str:
        """What it printed; an error is a failed test."""
        done = self.run(project, *arguments, text=text)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(
        self, project: Path, *arguments: str, text: str | None = None
    ) -> subprocess.CompletedProcess[str]:
        """The finished command, however it ended."""
        return subprocess.run(
            ["pulumi", "--non-interactive", "--color", "never", *arguments],
            cwd=project,
            env={**os.environ, **self.environment},
            input=text,
            capture_output=True,
            text=True,
            check=False,
        )

    def up(self, project: Path) -> None:
        """Brings the selected stack up."""
        self(project, "up", "--yes", "--skip-preview")

    def changes(self, project: Path) -> dict[str, Any]:
        """How many steps of each kind a preview has, but for what stays the same."""
        summary = json.loads(self(project, "preview", "--json"))["changeSummary"]
        return {kind: count for kind, count in summary.items() if kind != "same"}
