"""What is asked about keywords and numbers: rent, give back, say where texts go, try."""

from inbound.renting.services.numbers import give_back, rent
from inbound.renting.services.setting import change
from inbound.renting.services.trying import Trial, tried

__all__ = ["Trial", "change", "give_back", "rent", "tried"]
