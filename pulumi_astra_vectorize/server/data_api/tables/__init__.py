"""API tables: their definitions, indexes and rows (contract data-api.md, sections 7 and 8)."""
