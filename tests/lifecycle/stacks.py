"""A stack of the real engine, and what its operations did, resource by resource."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation.errors import CommandError
from pulumi.automation.events import EngineEvent, OpType, StepEventMetadata

from tests.lifecycle.leftovers import leftovers_collected
from tests.lifecycle.servers import JsonObject, Server

REPOSITORY = Path(__file__).parents[2]
PASSPHRASE = "only-for-tests"
OUR_TYPES = "pulumi-python:dynamic/astra-vectorize:"

ENGINE_LEFT = "an unhandled error occurred: Resource monitor has terminated"

Program = Callable[[], object]
Operation = Callable[..., Any]


@dataclass(frozen=True)
class Outcome:
    """What an operation did.

    Attributes:
        steps: for each of our resources that changed, the engine's steps in their order.
        drifted: after a refresh, the inputs of each resource that are not what they were.
        text: what the user saw, and all that the events say.
    """

    steps: dict[str, list[str]]
    drifted: dict[str, set[str]]
    text: str

    @property
    def problems(self) -> list[str]:
        """The lines that name a property which the provider did not accept."""
        lines = self.text.splitlines()
        return [line for line in lines if " has a problem: " in line]

    def steps_of(self, resource: str) -> str:
        """The steps of one resource as a text: ``update``, ``same`` where nothing happened."""
        return ", ".join(self.steps.get(resource, ["same"]))


class UnexpectedFailureError(Exception):
    """An operation that was to succeed did not."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.text)
        self.outcome = outcome


class Stack:
    """A stack with a state, a home and a working folder of its own."""

    def __init__(self, folder: Path, environment: dict[str, str]) -> None:
        for part in ("home", "state", "work"):
            (folder / part).mkdir()
        self.state_folder = folder / "state"
        self._folder = folder
        environment = {"ASTRA_VECTORIZE_SPOOL_FOLDER": str(folder / "spool"), **environment}
        self._environment = environment
        self._stack = automation.create_stack(
            "test",
            project_name="lifecycle",
            program=lambda: None,
            opts=automation.LocalWorkspaceOptions(
                work_dir=str(folder / "work"),
                pulumi_home=str(folder / "home"),
                env_vars=environment,
                project_settings=automation.ProjectSettings(
                    "lifecycle",
                    "python",
                    main=str(folder / "work"),
                    backend=automation.ProjectBackend(f"file://{self.state_folder}"),
                ),
            ),
        )

    def up(self, program: Program, **options: Any) -> Outcome:
        """Brings the stack to what the program says."""
        return self._run(self._stack.up, program=program, **options)

    def preview(self, program: Program) -> Outcome:
        """Shows what ``up`` would do."""
        return self._run(self._stack.preview, program=program)

    def refresh(self) -> Outcome:
        """Takes over into the state what is there."""
        return self._run(self._stack.refresh)

    def destroy(self) -> Outcome:
        """Deletes everything in the stack; goes on after a failure, so that each one is seen."""
        return self._run(self._stack.destroy, continue_on_error=True)

    def refused_up(self, program: Program, **options: Any) -> Outcome:
        """An ``up`` that has to fail."""
        return _failure_of(lambda: self.up(program, **options))

    def refused_preview(self, program: Program) -> Outcome:
        """A preview that has to fail."""
        return _failure_of(lambda: self.preview(program))

    def refused_destroy(self) -> Outcome:
        """A ``destroy`` that has to fail."""
        return _failure_of(self.destroy)

    def refused_refresh(self) -> Outcome:
        """A refresh that has to fail."""
        return _failure_of(self.refresh)

    def killed_up(self, program: Program) -> None:
        """An ``up`` that dies; its program, one of the tests' modules, is a process of its own."""
        main = f"from {program.__module__} import {program.__name__}\n{program.__name__}()\n"
        (self._folder / "work" / "__main__.py").write_text(main)
        own = {"PULUMI_HOME": str(self._folder / "home"), "PYTHONPATH": str(REPOSITORY)}
        died = subprocess.run(
            ["pulumi", "up", "--yes", "--skip-preview", "--stack", "test"],
            cwd=self._folder / "work",
            env={**os.environ, **self._environment, **own},
            stdout=subprocess.PIPE,
            check=False,
        )
        assert died.returncode != 0, died.stdout

    def unlock(self) -> None:
        """Takes the lock away that an engine leaves when it is killed (`pulumi cancel`)."""
        self._stack.cancel()

    def exported(self, *, show_secrets: bool = False) -> str:
        """The state as `pulumi stack export` writes it."""
        arguments = ["stack", "export", *(["--show-secrets"] if show_secrets else [])]
        return self._stack._run_pulumi_cmd_sync(arguments).stdout

    def resources(self) -> dict[str, JsonObject]:
        """Our resources as they stand in the state, by name."""
        deployment = json.loads(self.exported())["deployment"]
        return {
            _name(resource["urn"]): resource
            for resource in deployment.get("resources", [])
            if resource["type"].startswith(OUR_TYPES)
        }

    def outputs(self) -> JsonObject:
        """What the program exported, secrets in the clear."""
        return {name: output.value for name, output in self._stack.outputs().items()}

    def configure(self, key: str, value: str, *, secret: bool = False) -> None:
        """Sets a key, of our namespace unless it names one, or a path in one."""
        name = key if ":" in key else f"astra-vectorize:{key}"
        self._stack.set_config(name, automation.ConfigValue(value, secret=secret), path="." in key)

    def urn(self, resource: str) -> str:
        """The address by which the command line names a resource."""
        urn: str = self.resources()[resource]["urn"]
        return urn

    def _run(self, operation: Operation, **options: Any) -> Outcome:
        events: list[EngineEvent] = []
        try:
            with leftovers_collected():
                result = operation(on_event=events.append, color="never", **options)
        except CommandError as error:
            raise UnexpectedFailureError(_outcome(events, str(error))) from None
        return _outcome(events, result.stdout + result.stderr)


def environment_of(server: Server | None) -> dict[str, str]:
    """What the engine and the provider find in their environment."""
    engine = {"PULUMI_CONFIG_PASSPHRASE": PASSPHRASE, "PULUMI_SKIP_UPDATE_CHECK": "1"}
    if server is None:
        return engine
    return engine | {
        "ASTRA_VECTORIZE_ENDPOINT": server.url,
        "ASTRA_DB_APPLICATION_TOKEN": server.token,
    }


def _failure_of(operation: Callable[[], Outcome]) -> Outcome:
    refused = _refused(operation)
    return refused if _says_why(refused) else _refused(operation)


def _refused(operation: Callable[[], Outcome]) -> Outcome:
    try:
        outcome = operation()
    except UnexpectedFailureError as failure:
        return failure.outcome
    raise AssertionError(f"this was to be refused, but: {outcome.steps}")


def _says_why(refused: Outcome) -> bool:
    """Once in a thousand times an inline program's own end is all that the engine tells."""
    return "Diagnostics:" in refused.text or ENGINE_LEFT not in refused.text


def _outcome(events: list[EngineEvent], shown: str) -> Outcome:
    steps: dict[str, list[str]] = {}
    drifted: dict[str, set[str]] = {}
    for step in _steps(events):
        if step.op is not OpType.SAME:
            steps.setdefault(_name(step.urn), []).append(step.op.value)
        if step.old and step.new and step.op is OpType.UPDATE:
            different = _different(step.old.inputs, step.new.inputs)
            drifted |= {_name(step.urn): different} if different else {}
    said = [event.diagnostic_event for event in events if event.diagnostic_event]
    diagnostics = [event.message for event in said if event.severity != "debug"]
    return Outcome(steps, drifted, "\n".join([shown, *diagnostics]))


def _steps(events: list[EngineEvent]) -> list[StepEventMetadata]:
    """The steps on our resources; a refresh says only in its outputs what it found."""
    found: list[StepEventMetadata] = []
    for event in events:
        before, after = event.resource_pre_event, event.res_outputs_event
        if before and before.metadata.op is not OpType.REFRESH:
            found.append(before.metadata)
        elif after and not any(after.metadata.urn == step.urn for step in found):
            found.append(after.metadata)
    return [step for step in found if step.type.startswith(OUR_TYPES)]


def _different(old: Any, new: Any) -> set[str]:
    return {key for key in {**old, **new} if old.get(key) != new.get(key)}


def _name(urn: str) -> str:
    return urn.rpartition("::")[2]
