"""The simulator as a kind of carrier."""

from dataclasses import replace
from typing import Final

from messaging.carriers.kinds import CHARGING, DEDUPES, NAME, RATE, WINDOW, Kind, Section
from messaging.carriers.simulator.adapter import SimulatorAdapter

TRY_IT: Final = (
    "Empty: a text without an answer is never sent again by itself. With a time, the simulator "
    "knows our reference again for so long, and such a text goes to it again."
)

SIMULATOR: Final = Kind(
    key="simulator",
    label="Simulator",
    lead="The simulator plays the networks and reaches no phone, to try things out.",
    afterwards="Until there is a real carrier it takes every number, and shows as delivered what "
    "nobody got.",
    sections=(
        Section("Name", ((replace(NAME, usual="simulator"),),)),
        Section(
            "How we send",
            (
                (RATE, WINDOW),
                (replace(DEDUPES, hint=TRY_IT),),
                (replace(CHARGING, hint="Only where nobody is really charged.", begins=False),),
            ),
        ),
    ),
    adapter=SimulatorAdapter,
    hosts=lambda settings: {},
    place=lambda settings: "",
    names_texts=lambda settings: True,
    plays=True,
)
