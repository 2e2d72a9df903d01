"""`make demo`: the embedded server, the real engine, real text, questions in plain words.

Everything it makes is in `.demo/`: the server's data, Pulumi's state, a passphrase. `make demo`
again changes nothing; `make demo-destroy` removes it all.
"""

from __future__ import annotations

import argparse
import json
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from functools import partial
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import Progress

ROOT = Path(__file__).parent.parent
HOME = ROOT / ".demo"
READY = HOME / "server.json"
STACK = "demo"
START_SECONDS = 30
QUESTIONS = (
    "How do I make sure that a file is closed when something goes wrong?",
    "What happens when two numbers of different types are added?",
    "Can I give a function a different number of arguments each time?",
)

sys.path.insert(0, str(ROOT / "examples" / "quickstart"))

console = Console(highlight=False)


def main() -> None:
    """Runs the demo, or destroys it."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--destroy", action="store_true", help="remove all of it")
    if arguments.parse_args().destroy:
        destroy()
    else:
        demonstrate()


def demonstrate() -> None:
    """Server, stack, text, questions, and where to go from there."""
    HOME.mkdir(mode=0o700, exist_ok=True)
    addresses = start_server()
    environment = write_environment(addresses)
    changed = bring_up(environment)
    os.environ.update(environment)
    loaded = load()
    for question in QUESTIONS:
        _ask(question)
    say_goodbye(changed=changed, loaded=loaded)


def start_server() -> dict[str, Any]:
    """The server that `.demo` has running, or a new one; it stays up after the demo."""
    running = read_addresses()
    if running and answers(running):
        console.print(f"[dim]the embedded server is up: {running['url']}[/dim]")
        return running
    console.print("starting the embedded server ...")
    command = [str(Path(sys.executable).with_name("astra-vectorize")), "serve", "--port", "0"]
    command += ["--data", str(HOME / "data"), "--database", "library", "--ready-file", str(READY)]
    with (HOME / "server.log").open("ab") as log:
        process = subprocess.Popen(command, stdout=log, stderr=log, start_new_session=True)
    return wait_until_ready(process)


def wait_until_ready(process: subprocess.Popen[bytes]) -> dict[str, Any]:
    """Its addresses, once it answers."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        addresses = read_addresses()
        if addresses and addresses["pid"] == process.pid and answers(addresses):
            return addresses
        time.sleep(0.1)
    sys.exit(f"the embedded server did not start; see {HOME / 'server.log'}")


def read_addresses() -> dict[str, Any] | None:
    """What the server wrote when it was ready."""
    if not READY.exists():
        return None
    addresses: dict[str, Any] = json.loads(READY.read_text())
    return addresses


def answers(addresses: dict[str, Any]) -> bool:
    """Whether a server is there."""
    try:
        return httpx.get(f"{addresses['url']}/health", trust_env=False).status_code == 200
    except httpx.TransportError:
        return False


def write_environment(addresses: dict[str, Any]) -> dict[str, str]:
    """What `pulumi` and applications need, also as a file to source."""
    passphrase = HOME / "passphrase"
    if not passphrase.exists():
        passphrase.write_text(secrets.token_urlsafe(24))
        passphrase.chmod(0o600)
    (HOME / "state").mkdir(exist_ok=True)
    shown = {
        "PULUMI_HOME": str(HOME / "pulumi-home"),
        "PULUMI_BACKEND_URL": f"file://{HOME / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE_FILE": str(passphrase),
        "PULUMI_SKIP_UPDATE_CHECK": "1",
        "ASTRA_VECTORIZE_ENDPOINT": str(addresses["url"]),
        "ASTRA_DB_API_ENDPOINT": str(addresses["databases"][0]["url"]),
    }
    engine = Path(shutil.which("pulumi") or sys.exit("run `make demo`: it finds the engine")).parent
    path = f"{engine}:{Path(sys.executable).parent}"
    lines = [f"export {name}='{value}'" for name, value in shown.items()]
    lines.append(f"export ASTRA_DB_APPLICATION_TOKEN=\"$(cat '{addresses['tokenFile']}')\"")
    lines.append(f'export PATH="{path}:$PATH"')
    (HOME / "env").write_text("\n".join(lines) + "\n")
    token = Path(addresses["tokenFile"]).read_text().strip()
    return {**shown, "ASTRA_DB_APPLICATION_TOKEN": token}


def pulumi(environment: dict[str, str], *arguments: str, text: str | None = None) -> str:
    """Runs the real engine on this repository's program and answers what it printed."""
    command = ["pulumi", "--non-interactive", *arguments]
    done = subprocess.run(
        command,
        cwd=ROOT,
        env={**os.environ, **environment},
        input=text,
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{done.stdout}\n`{' '.join(command)}` failed")
    return done.stdout


def bring_up(environment: dict[str, str]) -> bool:
    """`pulumi up`, on a stack that has the secret of an imagined Hugging Face account."""
    pulumi(environment, "stack", "select", "--create", STACK)
    if "huggingFaceToken" not in pulumi(environment, "config", "--stack", STACK):
        key = f"hf_{secrets.token_hex(17)}"
        pulumi(environment, "config", "set", "--secret", "huggingFaceToken", text=key)
    console.print("\n[bold]pulumi up[/bold]")
    run = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack", STACK, "--suppress-progress"],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    changed = False
    for line in run.stdout or ():
        changed |= any(f" {word}" in line for word in ("created", "updated", "replaced"))
        console.print(line.rstrip(), markup=False, soft_wrap=True)
    if run.wait():
        sys.exit("pulumi up failed; see above")
    return changed


def load() -> int:
    """Loads the language reference into the collection and the table."""
    from application import connect, load_collection, load_table
    from passages import passages

    database, text = connect(), passages()
    console.print(f"[bold]{len(text)} passages of Python's language reference[/bold]")
    with Progress(console=console) as progress:
        loaded = 0
        for name, loader in (("collection", load_collection), ("table", load_table)):
            task = progress.add_task(f"into the {name}", total=len(text))
            loaded += loader(database, text, partial(progress.advance, task))
    return loaded


def _ask(question: str) -> None:
    from ask import ask

    ask(console, question)


def say_goodbye(*, changed: bool, loaded: int) -> None:
    """What happened, how to look around, how to destroy it."""
    if not changed and not loaded:
        console.print("\n[bold]Nothing was changed:[/bold] the stack and its text were there.")
    console.print(
        "\n[bold]Look around[/bold] (the server and the stack stay up):\n"
        "  . .demo/env\n"
        "  pulumi stack --stack demo            # the resources and outputs\n"
        "  pulumi preview --stack demo          # change examples/quickstart/__main__.py first\n"
        "  python examples/quickstart/ask.py 'how do I ...?'\n"
        "\n[bold]Destroy everything[/bold]:\n"
        "  make demo-destroy",
        soft_wrap=True,
    )


def destroy() -> None:
    """`pulumi destroy`, the server stopped, the folder removed."""
    if not HOME.exists():
        console.print("there is no demo to destroy")
        return
    addresses = start_server()
    environment = write_environment(addresses)
    console.print(pulumi(environment, "destroy", "--yes", "--skip-preview", "--stack", STACK))
    pulumi(environment, "stack", "rm", "--yes", STACK)
    os.kill(int(addresses["pid"]), signal.SIGTERM)
    wait_until_gone(addresses)
    shutil.rmtree(HOME)
    console.print("the demo is gone")


def wait_until_gone(addresses: dict[str, Any]) -> None:
    """The server removes its ready file as the last thing it does."""
    deadline = time.monotonic() + START_SECONDS
    while READY.exists() and answers(addresses) and time.monotonic() < deadline:
        time.sleep(0.1)


if __name__ == "__main__":
    main()
