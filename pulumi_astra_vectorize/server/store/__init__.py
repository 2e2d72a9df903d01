"""What the embedded server keeps: one sqlite file (WAL) in a data folder, or memory."""
