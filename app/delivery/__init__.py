"""The ASGI layer around the app: request ids, constant headers, validators, and the access log."""
