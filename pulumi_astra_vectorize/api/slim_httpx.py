"""httpx without its own command line, which it imports wherever rich is installed.

That is a third of what httpx takes to import, and every `pulumi up` and `refresh` would pay for it.
"""

from __future__ import annotations

import sys
from typing import cast

_COMMAND_LINE = "httpx._main"

_modules = cast("dict[str, object]", sys.modules)
_modules.setdefault(_COMMAND_LINE, None)  # which Python's import takes for "not installed"

import httpx  # noqa: E402 - that is the point

if _modules[_COMMAND_LINE] is None:
    del _modules[_COMMAND_LINE]

__all__ = ["httpx"]
