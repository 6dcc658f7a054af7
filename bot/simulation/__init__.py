"""Made-up patients who talk to the real assistant over simulated weeks; ``docs/simulation.md``."""
