"""What the messaging team fills in."""
