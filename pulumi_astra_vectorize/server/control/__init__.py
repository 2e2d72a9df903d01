"""The control interface, ``/_control/``: trouble on purpose, for tests (docs/control.md)."""
