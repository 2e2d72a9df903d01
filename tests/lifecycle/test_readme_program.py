"""The README's first two programs, run as they stand: what a newcomer copies first."""

from __future__ import annotations

import os
import re
import runpy
import subprocess
import sys
from pathlib import Path

from tests.lifecycle.servers import Server
from tests.lifecycle.stacks import Stack

README = Path(__file__).parents[2] / "README.md"


def test_the_first_programs_do_what_the_readme_says(
    stack: Stack, server: Server, tmp_path: Path
) -> None:
    """All resources with the stack; then text is found by its meaning."""
    written = re.findall(r"^```python\n(.*?)^```", README.read_text(), re.DOTALL | re.MULTILINE)
    program, application = (tmp_path / name for name in ("program.py", "application.py"))
    program.write_text(written[0])
    application.write_text(written[1])
    stack.configure("lifecycle:huggingFaceToken", "hf_any_eight", secret=True)
    made = stack.up(lambda: runpy.run_path(str(program)))
    assert set(made.steps) == {"hugging-face", "search", "notes", "books", "summary"}
    addresses = {
        "ASTRA_DB_API_ENDPOINT": server.databases["library"].url,
        "ASTRA_DB_APPLICATION_TOKEN": server.token,
    }
    answer = subprocess.run(
        [sys.executable, application],
        env=os.environ | addresses,
        stdout=subprocess.PIPE,
        check=True,
    )
    assert answer.stdout == b"Bread rises by yeast.\n"
