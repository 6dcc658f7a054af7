"""The risk screen, its fixed replies and the contact routes."""
