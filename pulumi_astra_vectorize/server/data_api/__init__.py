"""The Data API as contract/data-api.md observed it: shapes, error codes, odd cases."""
