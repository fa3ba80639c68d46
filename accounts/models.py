"""Where Django looks for this app's models."""

from accounts.audit.models import AuditEvent
from accounts.departments.models import CostCode, Department
from accounts.mail.models import OutgoingMail
from accounts.people.models import AppPassword, GenericMember, Invitation, Person
from accounts.renewals.models import Renewal
from accounts.requests.models import AccountRequest, RequestStep

__all__ = [
    "AccountRequest",
    "AppPassword",
    "AuditEvent",
    "CostCode",
    "Department",
    "GenericMember",
    "Invitation",
    "OutgoingMail",
    "Person",
    "Renewal",
    "RequestStep",
]
