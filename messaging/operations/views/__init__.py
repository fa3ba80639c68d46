"""The pages of the messaging team about sending itself."""
