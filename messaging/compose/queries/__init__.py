"""What the pages of a message ask."""
