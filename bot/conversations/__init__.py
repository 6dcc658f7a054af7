"""What was said: replies, turns, the tracker window."""
