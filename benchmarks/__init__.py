"""Speed and size, measured on the real parts."""
