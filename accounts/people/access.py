"""What wings after this one ask: the same doors as accounts.audit.access."""

from accounts.audit.access import permission_required, require

__all__ = ["permission_required", "require"]
