"""Why a text waits or was not sent, where every carrier says the same words, and what a person can
do about it. They stand within a sentence.
"""

from typing import Final

NUMBER: Final = "the network does not take this number"
SENDER: Final = "the network does not take this sender"
SLOWER: Final = "the network asked us to go slower"
POISON: Final = "sending it stopped the sender three times"
PRACTICE: Final = "07700 900 numbers are for practice, real networks do not carry them"

NEXT_STEP: Final = {
    NUMBER: "Check the number with the person and correct it in Contacts.",
    SENDER: "Send it again with another sender, or ask the messaging team about this one.",
    POISON: "Write it in other words, and tell the Service Desk which message it was.",
    PRACTICE: "Send it to the person's own number.",
}
