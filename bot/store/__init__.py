"""Tables, sessions and migrations; consent, export and erasure of a person."""
