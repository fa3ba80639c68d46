"""What the messaging team asks before it decides."""
