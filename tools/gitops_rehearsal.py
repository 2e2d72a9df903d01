"""`make gitops-rehearsal`: the story of examples/gitops on one machine.

A bare repository with a hook in the pipelines' place, the real engine, the embedded server. Each
part looks at the server, and the rehearsal ends with an error where the story is not true.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
from rich.console import Console

from pulumi_astra_vectorize.testing.server import RunningServer, running_server

EXAMPLE = Path(__file__).parents[1] / "examples" / "gitops"
TOKENS = "/v1/integrations/huggingface/tokens"
AUTHOR = {"NAME": "Rehearsal", "EMAIL": "rehearsal@example.com"}

console = Console(highlight=False)


def main() -> None:
    """Plays the story in a folder of its own, and leaves nothing behind."""
    with TemporaryDirectory(prefix="gitops-rehearsal-") as folder, running_server("library") as it:
        rehearse(Team(Path(folder), it))


def rehearse(team: Team) -> None:
    """First merge, a pull request, drift, repair, rotation."""
    found_repository(team)
    add_a_collection(team)
    change_by_hand(team)
    rotate(team)
    console.print("[bold]The story is true.[/bold]")


@dataclass(frozen=True)
class Team:
    """A clone and its bare repository, the state, and the server as it really is."""

    folder: Path
    server: RunningServer

    @property
    def clone(self) -> Path:
        """Where the team works."""
        return self.folder / "clone"

    def run(self, *command: str, text: str | None = None) -> tuple[int, str]:
        """Exit code and output of a command in the clone."""
        done = subprocess.run(
            command,
            cwd=self.clone,
            env=os.environ | self._environment(),
            input=text,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout

    def must(self, *command: str, text: str | None = None) -> str:
        """The output of a command that has to succeed."""
        code, output = self.run(*command, text=text)
        if code:
            sys.exit(f"{output}\n`{' '.join(command)}` ended with {code}")
        return output

    def commit(self, message: str) -> None:
        """Commits everything in the clone."""
        self.must("git", "add", ".")
        self.must("git", "commit", "--quiet", "--message", message)

    def call(self, method: str, path: str, **more: Any) -> Any:
        """The server's answer to somebody who does not go through pull requests."""
        headers = {"Authorization": f"Bearer {self.server.token}"}
        answer = httpx.request(method, self.server.url + path, headers=headers, **more)
        answer.raise_for_status()
        return answer.json() if answer.content else None

    def collections(self) -> list[str]:
        """The names of the collections that there really are."""
        url = f"{self.server.databases['library'].url}/v1/default_keyspace"
        answer = httpx.post(url, json={"findCollections": {}}, headers={"Token": self.server.token})
        names: list[str] = answer.json()["status"]["collections"]
        return names

    def _environment(self) -> dict[str, str]:
        git = {f"GIT_{who}_{k}": v for who in ("AUTHOR", "COMMITTER") for k, v in AUTHOR.items()}
        return (
            git
            | self.server.environment
            | {
                "PULUMI_HOME": str(self.folder / "home"),
                "PULUMI_BACKEND_URL": f"file://{self.folder / 'state'}",
                "PULUMI_CONFIG_PASSPHRASE": "only-for-the-rehearsal",
                "PULUMI_SKIP_UPDATE_CHECK": "1",
                "PULUMI_STACK": "production",
            }
        )


def found_repository(team: Team) -> None:
    """The first push to main brings everything up."""
    console.print("[bold]The first merge[/bold] creates the stack's resources")
    bare = team.folder / "library-search.git"
    (team.folder / "state").mkdir()
    shutil.copytree(EXAMPLE / "repository", team.clone)
    team.must("git", "init", "--quiet", "--bare", "--initial-branch", "main", str(bare))
    shutil.copy(EXAMPLE / "hooks" / "post-receive", bare / "hooks" / "post-receive")
    team.must("git", "init", "--quiet", "--initial-branch", "main")
    team.must("git", "remote", "add", "origin", str(bare))
    team.must("pulumi", "stack", "init", "production")
    set_secret(team, "hf_the_first_secret")
    team.commit("What the library's search embeds")
    push(team, "main", "5 created")
    check(team.collections() == ["notes"], "the collection is there")


def add_a_collection(team: Team) -> None:
    """A pull request shows what it would do; only its merge does it."""
    console.print("[bold]A pull request[/bold] adds a collection")
    team.must("git", "switch", "--quiet", "--create", "questions")
    program = team.clone / "__main__.py"
    program.write_text(program.read_text().replace('["notes"]', '["notes", "questions"]'))
    team.commit("A collection of questions")
    push(team, "questions", "1 to create")
    check(team.collections() == ["notes"], "a preview creates nothing")
    merge(team, "questions", "1 created")
    check(team.collections() == ["notes", "questions"], "the merge creates it")


def change_by_hand(team: Team) -> None:
    """The scheduled job fails when somebody went around the pull requests; a merge repairs."""
    console.print("[bold]The scheduled job[/bold] looks for drift")
    check(team.run("pipeline/drift")[0] == 0, "nothing has drifted")
    [token] = team.call("GET", TOKENS)
    scope = f"{TOKENS}/{token['id']}/scope/{token['databases'][0]}"
    team.call("DELETE", scope, params={"name": "library"})
    check(team.run("pipeline/drift")[0] != 0, "a database taken out by hand fails it")
    team.must("git", "commit", "--quiet", "--allow-empty", "--message", "Repair the scope")
    push(team, "main", "")
    check(len(team.call("GET", TOKENS)[0]["databases"]) == 1, "the next merge puts it back")
    check(team.run("pipeline/drift")[0] == 0, "nothing has drifted any more")


def rotate(team: Team) -> None:
    """A changed secret is a pull request like any other."""
    console.print("[bold]A rotation[/bold] is a changed secret")
    [before] = team.call("GET", TOKENS)
    team.must("git", "switch", "--quiet", "--create", "rotation")
    set_secret(team, "hf_the_second_secret")
    team.commit("Rotate the token of Hugging Face")
    shown = push(team, "rotation", "2 to update")
    check("hf_the_second_secret" not in shown, "no job's log shows the secret")
    merge(team, "rotation", "2 updated")
    [after] = team.call("GET", TOKENS)
    check(after["id"] != before["id"], "the token is another one")
    check(after["databases"] == before["databases"], "and serves the same databases")


def set_secret(team: Team, secret: str) -> None:
    """The secret of an imagined account, encrypted into the repository."""
    team.must("pulumi", "config", "set", "--secret", "huggingFaceToken", text=secret)


def merge(team: Team, branch: str, expected: str) -> None:
    """What the button does."""
    team.must("git", "switch", "--quiet", "main")
    team.must("git", "merge", "--quiet", "--no-ff", "--message", f"Merge {branch}", branch)
    push(team, "main", expected)


def push(team: Team, branch: str, expected: str) -> str:
    """Pushes, and checks what the job that it started has said."""
    output = team.must("git", "push", "origin", branch)
    check(expected in output, expected or "the job has run", output)
    return output


def check(is_true: bool, what: str, output: str = "") -> None:  # noqa: FBT001 - reads as a sentence
    """A line of the story, or its end."""
    if not is_true:
        sys.exit(f"{output}\nnot true: {what}")
    console.print(f"  [green]true[/green] {what}")


if __name__ == "__main__":
    main()
