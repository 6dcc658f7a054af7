"""The conversation in a browser page."""
