"""A department's year: estimated, counted, locked, and never changed again."""
