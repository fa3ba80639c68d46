"""The 2WAY tab."""
