"""What service staff see: a queue, conversations, people, numbers, the directory, set-up."""
