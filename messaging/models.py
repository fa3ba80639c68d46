"""Where Django looks for this app's models."""

from messaging.carriers.models import Carrier, CarrierCall, CarrierHealth, SimulatedText
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
from messaging.operations.models import Heartbeat, Trouble
from messaging.relay.models import AlarmWindow, RelayReceipt, Summarised
from messaging.repeats.models import Occurrence, Repeat, RepeatVersion
from messaging.routes.models import PlanInUse, Route
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
    TextPart,
)
from messaging.wording.models import Template, TemplateVersion

__all__ = [
    "AlarmWindow",
    "Arrival",
    "Allowance",
    "Attempt",
    "Basket",
    "BasketRow",
    "Batch",
    "Carrier",
    "CarrierCall",
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
    "Occurrence",
    "OptOut",
    "PlanInUse",
    "Receipt",
    "RelayReceipt",
    "Repeat",
    "RepeatVersion",
    "Route",
    "Sender",
    "SimulatedText",
    "Summarised",
    "Template",
    "TemplateVersion",
    "TextPart",
    "Trouble",
    "Upload",
]
