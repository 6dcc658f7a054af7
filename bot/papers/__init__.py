"""What a person takes along from the chat: a calendar file, and a page to print."""
