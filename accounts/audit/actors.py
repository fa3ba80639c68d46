"""Who does something: a person, or the portal itself on a department's behalf."""

from dataclasses import dataclass
from typing import Any, Protocol


class Actor(Protocol):
    """What an audit line needs to know of its doer."""

    @property
    def pk(self) -> Any: ...

    @property
    def department_id(self) -> int | None: ...

    @property
    def audit_name(self) -> str: ...

    @property
    def audit_role(self) -> str: ...

    def may(self, permission: str) -> bool: ...


@dataclass(frozen=True)
class System:
    """The portal acting for a department (or for nobody): keyword replies, sweeps, repeats."""

    department_id: int | None = None
    pk: None = None
    audit_name: str = "SMS Portal"
    audit_role: str = "system"

    def may(self, permission: str) -> bool:
        return True
