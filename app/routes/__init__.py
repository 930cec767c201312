"""One file per resource: the query, the endpoint, the whole story."""
