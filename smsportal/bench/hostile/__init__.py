"""100,000 hostile units against our SMPP client, and as many against the simulator's server."""
