"""What the 2WAY pages ask."""
