"""Where Django looks for this app's models."""

from messaging.carriers.models import Carrier, CarrierHealth, SimulatedText
from messaging.compose.models import Draft, Upload
from messaging.contacts.models import Arrival, Contact, Group, Membership
from messaging.imports.models import (
    Import,
    ImportGroup,
    ImportLeaver,
    ImportMember,
    ImportRow,
)
from messaging.incoming.models import IncomingText
from messaging.operations.models import Heartbeat
from messaging.senders.models import OptOut, Sender
from messaging.sending.models import (
    Allowance,
    Attempt,
    Basket,
    BasketRow,
    Batch,
    Halt,
    Message,
    Receipt,
)
from messaging.wording.models import Template, TemplateVersion

__all__ = [
    "Arrival",
    "Allowance",
    "Attempt",
    "Basket",
    "BasketRow",
    "Batch",
    "Carrier",
    "CarrierHealth",
    "Contact",
    "Draft",
    "Group",
    "Halt",
    "Heartbeat",
    "Import",
    "ImportGroup",
    "ImportLeaver",
    "ImportMember",
    "ImportRow",
    "IncomingText",
    "Membership",
    "Message",
    "OptOut",
    "Receipt",
    "Sender",
    "SimulatedText",
    "Template",
    "TemplateVersion",
    "Upload",
]
