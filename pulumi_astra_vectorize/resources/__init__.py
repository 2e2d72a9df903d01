"""The resources: one file each, from what a user writes to what the hooks do.

The module paths of the provider classes are part of every user's state: they never change.
"""
