"""What the worker and the senders do to rows. They return outcomes and ring nothing."""
