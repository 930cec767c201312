"""The Health Content API: a care organisation's health pages as content that other software can use."""

__version__ = "0.1.0"
