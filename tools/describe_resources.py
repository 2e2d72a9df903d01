"""Writes docs/resources.md: each resource's inputs and outputs, and what a change of each means.

Inputs, defaults and texts are read from the classes; the changes are asked of the diffs themselves.
"""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any, get_args

import pulumi_astra_vectorize as astra
from pulumi_astra_vectorize import catalog, rules
from pulumi_astra_vectorize import lifecycle as life
from pulumi_astra_vectorize.engine import Resource
from tools.markdown import row
from tools.resource_changes import Change, changes_of

PAGE = Path(__file__).parents[1] / "docs" / "resources.md"

INTRODUCTION = """\
# Resources

<!-- Made by tools/describe_resources.py from the classes and their diffs: change those. -->

Inputs, outputs, and what a change of an input does to a resource that is there:

- **in place**: an update; what is there stays.
- **replaced**: another one is made. Where it has the same name the old one goes first, else
  afterwards; what holds data is refused, as the resource says.
- **refused**: by `pulumi up`, before anything is changed.

Every input but `target` may be an `Output`, whose value a preview need not know (of a `service` or
an `index` its members may be one). `None` is the same as leaving the input out, but for `index` of
a VectorColumn. An input that is a secret stays one under its own name; ids, and outputs that repeat
it (`effective`, `scoped_databases`), are none, unless `additional_secret_outputs` names them.

Of Pulumi's options, `version`, `custom_timeouts` and `replace_on_changes` have no effect, and
`import_` is refused: use `adopt=True`, or `get`, which takes an id of the form that each resource
has. A replacement by `pulumi up --replace` or `pulumi state taint` makes the new one first, under
the same name: it needs `delete_before_replace=True`.
"""

HELPERS = (astra.EmbeddingService, astra.VectorIndex)
RESOURCES: tuple[type[Resource], ...] = (
    astra.Keyspace,
    astra.Integration,
    astra.UserAccessToken,
    astra.TokenScope,
    astra.Collection,
    astra.Table,
    astra.VectorColumn,
)
NOT_INPUTS = ("self", "resource_name", "opts")


def page() -> str:
    """The whole page."""
    sections = [resource(kind) for kind in RESOURCES]
    helpers = [helper(kind) for kind in HELPERS]
    return "\n".join([INTRODUCTION, *sections, *helpers, models()])


def resource(kind: type[Resource]) -> str:
    """One resource: what it is, its inputs and its outputs."""
    lifecycle = kind.provider_class.rules
    about, described = documented(kind, "Args")
    changes = changes_of(kind.__name__)
    lines = [f"## {kind.__name__}\n", f"{about}\n", f"Id: `{lifecycle.identifier}`\n"]
    lines += ["| input | type | default | a change | |", "| --- | --- | --- | --- | --- |"]
    for name, parameter in inputs_of(kind).items():
        default = default_of(parameter, lifecycle.inputs_type)
        change = told(lifecycle, changes[name])
        lines.append(row(f"`{name}`", typed(parameter), default, change, described[name]))
    lines += ["", "| output | type | |", "| --- | --- | --- |"]
    lines += [row(f"`{name}`", shown, text) for name, shown, text in outputs_of(kind)]
    return "\n".join([*lines, ""])


def helper(kind: type[Any]) -> str:
    """A plain class that an input takes."""
    about, described = documented(kind, "Attributes")
    lines = [f"## {kind.__name__}\n", f"{about}\n", "| member | type | default | |"]
    lines.append("| --- | --- | --- | --- |")
    for name, parameter in inspect.signature(kind).parameters.items():
        default = "required" if parameter.default is parameter.empty else ""
        lines.append(row(f"`{name}`", typed(parameter), default, described[name]))
    return "\n".join([*lines, ""])


def models() -> str:
    """The models of Hugging Face Serverless, with the dimensions that they have."""
    provider = catalog.bundled()[catalog.HUGGING_FACE]
    lines = ["## Models of Hugging Face Serverless\n", "| model | dimension |", "| --- | --- |"]
    lines += [row(f"`{m.name}`", str(m.vector_dimension)) for m in provider.models]
    return "\n".join([*lines, ""])


def inputs_of(kind: type[Resource]) -> dict[str, inspect.Parameter]:
    """What a program may write, as the class takes it."""
    parameters = inspect.signature(kind.__init__).parameters
    return {name: it for name, it in parameters.items() if name not in NOT_INPUTS}


def default_of(parameter: inspect.Parameter, model: type[life.ResourceInputs]) -> str:
    """What holds where an input is left out; empty where its text says it."""
    if parameter.default is parameter.empty:
        return "**required**"
    if parameter.default is not None:
        return f"`{parameter.default!r}`" if isinstance(parameter.default, str) else "an index"
    field = model.model_fields[parameter.name]
    return "" if field.is_required() or field.default in (None, "") else f"`{field.default!r}`"


def told(lifecycle: life.Lifecycle[Any, Any], changes: Iterable[Change]) -> str:
    """What the diff makes of the changes of one input."""
    return "; ".join(change.meaning(lifecycle) for change in changes)


def typed(parameter: inspect.Parameter) -> str:
    """A type as a reader needs it: any value may be an Output, and None is leaving out."""
    shown = str(parameter.annotation).replace("pulumi.", "").removesuffix(" | None")
    while (
        plain := re.sub(r"\bInput\[([^\[\]]*(?:\[[^\[\]]*\])*[^\[\]]*)\]", r"\1", shown)
    ) != shown:
        shown = plain
    shown = re.sub(r"\brules\.(\w+)", lambda it: words(getattr(rules, it[1])), shown)
    return f"`{shown}`".replace(" | ", "`, `") if "[" not in shown else f"`{shown}`"


def words(closed_list: Any) -> str:
    """The words of a ``Literal`` type, as a program writes them."""
    return f"Literal[{', '.join(map(repr, get_args(closed_list)))}]"


def documented(kind: type[Any], section: str) -> tuple[str, dict[str, str]]:
    """A class's own words, and those on each of its inputs."""
    about, _, items = inspect.cleandoc(kind.__doc__ or "").partition(f"\n{section}:\n")
    found = re.findall(r"^(\w+): (.*(?:\n +.*)*)", dedent(items), re.MULTILINE)
    return as_markdown(about).strip(), {name: flat(text) for name, text in found}


def outputs_of(kind: type[Resource]) -> Iterator[tuple[str, str, str]]:
    """Name, type and text of each output that the class declares."""
    (tree,) = ast.parse(dedent(inspect.getsource(kind))).body
    body = tree.body if isinstance(tree, ast.ClassDef) else []
    for statement, after in zip(body, [*body[1:], None], strict=True):
        if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
            shown = ast.unparse(statement.annotation)
            inner = re.sub(r"^pulumi\.Output\[(.*)\]$", r"\1", shown)
            yield statement.target.id, f"`{inner}`", text_of(after)


def text_of(statement: ast.stmt | None) -> str:
    """The text below a declaration."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant):
        return flat(inspect.cleandoc(str(statement.value.value)))
    return ""


def flat(text: str) -> str:
    """A text of several lines as one cell."""
    return as_markdown(" ".join(text.split()))


def as_markdown(text: str) -> str:
    """Docstrings mark code by two backticks, Markdown by one."""
    return text.replace("``", "`")


if __name__ == "__main__":
    PAGE.write_text(page())
