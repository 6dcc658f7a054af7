"""Difficulties, the work of living with a condition, and gaps between work and help."""
