"""What the worker counts, and what must never be true of it."""
