"""Filling the basket: what the page does at once for a few people, and the worker for many."""
