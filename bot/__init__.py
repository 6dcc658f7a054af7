"""WISE Companion."""
