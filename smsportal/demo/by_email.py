"""Who of the demo's people texts by email, and the app passwords they have had for a while."""

import datetime as dt

from accounts.people.models import AppPassword, Person

WITH_RELAY = ("phys0077", "ouit0423")
USED = (  # name, made and last used so many days ago
    ("Lab freezer alarm", 118, 2),
    ("Outlook on my desk", 222, None),
)


def let_text_by_email(user: Person, now: dt.datetime) -> None:
    """Their secrets are known to nobody: to try it, one makes one of one's own."""
    user.allow_relay = True
    user.save(update_fields=["allow_relay"])
    AppPassword.objects.bulk_create(
        AppPassword(
            person=user,
            name=name,
            secret_hash=f"demo-{user.username}-{n}",
            created_at=now - dt.timedelta(days=made),
            last_used_at=None if used is None else now - dt.timedelta(days=used),
            last_used_ip=None if used is None else "10.31.7.9",
        )
        for n, (name, made, used) in enumerate(USED)
    )
