"""What `import pulumi_astra_vectorize` gives: complete, sorted, nothing by accident."""

from __future__ import annotations

import ast
import inspect
import subprocess
import sys
from importlib.metadata import version

import pulumi
import pytest

import pulumi_astra_vectorize as package
from pulumi_astra_vectorize.engine import Resource

EXPORTED = {name: getattr(package, name) for name in package.__all__}
RESOURCES = [e for e in EXPORTED.values() if inspect.isclass(e) and issubclass(e, Resource)]


def test_all_is_sorted_and_is_what_type_checkers_see() -> None:
    """Names are loaded on first use: what an editor completes and what there is must be equal."""
    tree = ast.parse(inspect.getsource(package))
    seen = [
        alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("pulumi_astra")
        for alias in node.names
    ]

    assert package.__all__ == sorted(set(package.__all__))
    assert sorted(seen) == package.__all__


def test_every_resource_is_exported() -> None:
    """A resource that cannot be imported does not exist for a user."""
    assert set(Resource.__subclasses__()) == set(RESOURCES)


def test_name_that_is_not_there() -> None:
    """A misspelt name is an ordinary AttributeError."""
    with pytest.raises(AttributeError, match="Colection"):
        package.Colection  # type: ignore[attr-defined]  # noqa: B018


def test_package_is_light_until_a_resource_is_used() -> None:
    """The command line and the server start without waiting for Pulumi's SDK."""
    program = "import sys, pulumi_astra_vectorize; print('pulumi' in sys.modules)"
    ended = subprocess.run(
        [sys.executable, "-c", program], text=True, stdout=subprocess.PIPE, check=True
    )

    assert ended.stdout.strip() == "False"


@pytest.mark.parametrize("name", package.__all__)
def test_every_exported_name_has_a_docstring_of_its_own(name: str) -> None:
    """What an editor shows when a user points at it."""
    exported = getattr(package, name)

    assert exported.__doc__
    assert exported.__doc__ != dict.__doc__


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_argument_of_a_resource_is_explained(resource: type[Resource]) -> None:
    """Each input has its line under `Args:`, in the order of the signature."""
    arguments = [name for name in inspect.signature(resource).parameters if name != "self"]
    explained = inspect.cleandoc(resource.__doc__ or "").partition("Args:")[2].splitlines()
    first_words = [line.strip().partition(":")[0] for line in explained if line[4:5].strip()]

    assert sorted(arguments) == sorted(first_words)


@pytest.mark.parametrize("resource", RESOURCES)
def test_every_input_and_output_is_typed(resource: type[Resource]) -> None:
    """An output that the class does not declare could not be completed by an editor."""
    outputs = inspect.get_annotations(resource)

    assert outputs
    for output in outputs.values():
        assert str(output).startswith("pulumi.Output[")
    for name, parameter in inspect.signature(resource).parameters.items():
        assert parameter.annotation is not parameter.empty, name


def test_resources_take_pulumi_s_options() -> None:
    """Every resource can be protected, renamed, made to depend on others."""
    for resource in RESOURCES:
        options = inspect.signature(resource, eval_str=True).parameters["opts"]
        assert options.annotation == pulumi.ResourceOptions | None


def test_distribution_has_a_version() -> None:
    """The package is installed under its name."""
    assert version("pulumi-astra-vectorize")
