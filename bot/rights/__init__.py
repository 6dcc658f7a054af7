"""What a person may decide and ask for: consents, a copy, correction, forgetting, retention."""
