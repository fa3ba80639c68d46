"""Who and what is in the demo's university: all invented, all in Ofcom's drama range."""

from dataclasses import dataclass

DOMAIN = "example.ac.uk"


@dataclass(frozen=True)
class Unit:
    name: str
    code: str
    kind: str
    alpha_tag: str
    sso: str  # of the two accounts made first: `sso` and `ssoadmin`
    admin_name: str
    user_name: str
    colleagues: tuple[tuple[str, str], ...]  # (username, name)
    groups: tuple[tuple[str, int], ...]  # (name, how many people)
    texts: tuple[str, ...]
    batches_a_year: int


UNITS = (
    Unit(
        name="IT Services",
        code="IT0423",
        kind="cost_centre",
        alpha_tag="IT SERVICES",
        sso="ouit0423",
        admin_name="Gareth Pugh",
        user_name="Amira Khan",
        colleagues=(
            ("ouit0107", "Owen Fairhurst"),
            ("ouit0388", "Daniel Okafor"),
            ("ouit0512", "Leila Haddad"),
        ),
        groups=(("All staff", 180), ("On call", 9), ("Network team", 14), ("Fire wardens", 11)),
        texts=(
            "The network in the Banbury Road building is down. We expect it back by 11am.",
            "Email is slow this morning. You do not need to report it.",
            "On call tonight: please confirm by replying to the team mailbox.",
            "Planned work tonight from 8pm: sign-in may fail for ten minutes.",
            "All staff: the fire alarm test is at 11am today. You do not need to leave.",
            "Your laptop is ready to collect from the Service Desk, open until 5pm.",
        ),
        batches_a_year=120,
    ),
    Unit(
        name="Department of Physics",
        code="PH0077",
        kind="cost_centre",
        alpha_tag="PHYSICS",
        sso="phys0077",
        admin_name="Rosalind Pemberton",
        user_name="Harpreet Gill",
        colleagues=(
            ("phys0297", "Priya Raman"),
            ("phys0451", "Megan Lloyd"),
            ("phys0205", "Stuart Nicholls"),
        ),
        groups=(
            ("Year 1 Physics", 164),
            ("Year 2 Physics", 138),
            ("Lab demonstrators", 24),
            ("Lab group A", 19),
            ("Lab group B", 19),
        ),
        texts=(
            "Friday's optics practical has moved to the Teaching Lab on floor 2 and starts at 2pm.",
            "Exam timetable for Trinity term is now on the department website.",
            "Reminder: tutorials are on Zoom this week. The link is in your email.",
            "Your lab report is ready to collect from the Physics office, open until 5pm.",
            "Can you cover the 2pm demonstrating slot on Thursday? Reply YES or NO.",
            "Fire alarm test in the Teaching Building at 11am today. You do not need to leave.",
        ),
        batches_a_year=150,
    ),
    Unit(
        name="Careers Service",
        code="CR0340",
        kind="cost_centre",
        alpha_tag="OX CAREERS",
        sso="care0340",
        admin_name="Siobhan Doyle",
        user_name="Callum Drysdale",
        colleagues=(("care0112", "Ffion Hughes"),),
        groups=(("Fair helpers", 40),),
        texts=("Careers fair helpers: meet at the main entrance at 8:45am on Saturday.",),
        batches_a_year=20,
    ),
    Unit(
        name="Sleep and Memory Trial",
        code="PT-20931-4",
        kind="project_task",
        alpha_tag="SLEEP STUDY",
        sso="slep0931",
        admin_name="Kwame Mensah",
        user_name="Chiara Esposito",
        colleagues=(),
        groups=(("Volunteers", 45),),
        texts=("Trial visit moved to Wednesday at 9am. Same room.",),
        batches_a_year=15,
    ),
)
# fmt: off
FIRST_NAMES = (
    "Aoife", "Bartholomew", "Callum", "Chiara", "Daniel", "Dominic", "Ffion", "Gwen",
    "Harriet", "Idris", "Imogen", "Jasper", "Kwame", "Leila", "Mabel", "Megan", "Niamh",
    "Nadia", "Omar", "Oscar", "Petra", "Priya", "Rafael", "Rosalind", "Samira", "Stuart",
    "Tamsin", "Thea", "Uma", "Victor", "Wanda", "Winston", "Yusuf", "Zara",
)
# fmt: on
# fmt: off
LAST_NAMES = (
    "Adeyemi", "Brennan", "Castellan", "Drysdale", "Esposito", "Fairweather", "Gillespie",
    "Hughes", "Ibrahim", "Jellicoe", "Kowalski", "Lindqvist", "Mensah", "Norrington",
    "O'Sullivan", "Pemberton", "Quayle", "Rahman", "Sandoval", "Thistlewood", "Underhill",
    "Vasquez", "Whitcombe", "Yarrow", "Zielinski",
)
# fmt: on
REPLIES = ("YES", "NO sorry, I'm invigilating", "Yes I can do 2pm. Is it the same lab?", "Yes!")
