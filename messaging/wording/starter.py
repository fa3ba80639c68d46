"""Words to start with: what departments text about most."""

# Name, words: a class change, an alarm, an emergency, staff off campus, a trial (S1 to S5).
STARTER_PACK = (
    (
        "Class change",
        "Hi ((first name)), ((class)) has moved to ((room)) and starts at ((time)).",
    ),
    (
        "Alarm",
        "Alarm: ((equipment)) in ((place)). Please check it and ring ((phone)).",
    ),
    (
        "Emergency",
        "Emergency: ((what has happened)) at ((place)). ((what to do)) "
        "We will text again by ((time)).",
    ),
    (
        "Staff off campus",
        "((building)) is closed on ((day)) because of ((reason)). Work from home if you can.",
    ),
    (
        "Trial visit",
        "Hi ((first name)), your ((trial)) visit is on ((day)) at ((time)). "
        "Ring ((phone)) if you cannot come.((fasting?? Do not eat or drink before it.))",
    ),
)
