"""Several nodes for real, as docs/scaling.md describes them: `make test-nodes`. `make test` does not collect it."""
