"""Alembic's folder: how stores of earlier versions become the present one."""
