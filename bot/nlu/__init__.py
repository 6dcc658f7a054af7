"""Text to meaning: members, edits, difficulties; the Rasa pipeline components."""
