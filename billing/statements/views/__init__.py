"""Year end, statements and estimates, as pages."""
