"""Finding: one pipeline in Python, over an index that SQLite or PostgreSQL keeps."""
