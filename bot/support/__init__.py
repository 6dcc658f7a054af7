"""Options ranked for one person, plans, follow-ups and barriers."""
