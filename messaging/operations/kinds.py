"""What can be wrong, as the operator reads it at 3 a.m. One table; no clock, no rows."""

import datetime as dt
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Kind:
    """what: a headline, with {subject} in it where there is one. doing: what the portal does about
    it by itself. advice: what one can do. leads: to the page where one does it, by its URL name,
    with the words of the link. patience: nobody is mailed about what is over sooner. is_local:
    seen from one machine, which is the subject, and so over only when that machine says so.
    """

    what: str
    doing: str
    advice: str
    leads: tuple[str, str] = ("", "")
    patience: dt.timedelta = dt.timedelta(minutes=1)
    is_warning: bool = False
    is_local: bool = False


MINUTE: Final = dt.timedelta(minutes=1)
HOUR: Final = dt.timedelta(hours=1)

CARRIER: Final = ("operations:carrier", "Look at the carrier")
CARRIERS: Final = ("operations:carriers", "Look at the carriers")
KEPT = "Its texts wait and nothing is lost; none of them is charged before it goes."

KINDS: Final = {
    "restored": Kind(
        what="The database was restored from a backup",
        doing="Nothing is sent, so that nothing goes twice: no sender starts, and what is planned "
        "or repeats waits. What people send is accepted and kept.",
        advice="Run manage.py release_after_restore. It marks what may have gone since the backup "
        "“May have been sent”, and senders start again. With --dry-run it only says how many.",
        leads=("operations:to_decide", "See what may have been sent"),
    ),
    "new_machine": Kind(
        what="{subject} has never sent from this database",
        doing="Nothing is sent from there, since the database may be a restored backup. While "
        "another machine sends from it, this one follows by itself within seconds.",
        advice="If a backup was restored: manage.py release_after_restore, on that machine. If "
        "only the machine is new: the same with --not-restored.",
    ),
    "sender_silent": Kind(
        what="No sender of {subject} is running",
        doing=f"systemd starts it again. {KEPT} What was in its hands when it ended is looked up "
        "in its journal: it waits again if it never left, else it is marked “May have been sent”.",
        advice="On its machine: systemctl restart smsportal-sender@{subject}. What it said last: "
        "journalctl -u smsportal-sender@{subject}",
        leads=CARRIER,
    ),
    "account_refused": Kind(
        what="{subject} refuses our account",
        doing="We ask again, the longer it lasts the more seldom and at last every ten minutes, "
        f"so that the account is not locked. {KEPT}",
        advice="Compare the system ID and the password with what the carrier gave us, and ask the "
        "carrier whether the account is locked or unpaid.",
        leads=CARRIER,
    ),
    "carrier_down": Kind(
        what="{subject} is not connected",
        doing=f"We connect again every minute at least. {KEPT} What had gone out without an answer "
        "is marked “May have been sent”, and is not sent a second time.",
        advice="Ask the carrier whether it has trouble of its own. Compare the host, the port and "
        "the encryption with what it gave us.",
        leads=CARRIER,
    ),
    "carrier_partly": Kind(
        what="{subject} has not all of its connections",
        doing="Texts go by the connections that are left, and we open the others again every "
        "minute at least.",
        advice="If it stays so, ask the carrier how many connections the account may have.",
        patience=10 * MINUTE,
        is_warning=True,
        leads=CARRIER,
    ),
    "carrier_slowed": Kind(
        what="{subject} asks us to go slower",
        doing="We send at half the speed and try a little more again every few seconds. Texts that "
        "it turned away wait and go first; none is lost or sent twice.",
        advice="If it stays so, set “Most texts a second” to what the contract allows.",
        patience=10 * MINUTE,
        is_warning=True,
        leads=CARRIER,
    ),
    "no_reports": Kind(
        what="{subject} takes texts and sends no reports",
        doing="The texts are sent and charged. They are shown as “Sent, waiting for the network”, "
        "and turn to delivered as soon as reports come, however late.",
        advice="Ask the carrier where its delivery reports go. With “one beside it for receiving”, "
        "see whether that connection is open.",
        patience=10 * MINUTE,
        is_warning=True,
        leads=CARRIER,
    ),
    "carrier_paused": Kind(
        what="{subject} is paused",
        doing="Its texts wait, or go by another carrier that may take them.",
        advice="Resume it when the reason is over.",
        patience=4 * HOUR,
        is_warning=True,
        leads=CARRIER,
    ),
    "no_carrier": Kind(
        what="No carrier may take texts",
        doing="What people send is accepted and waits. It goes when there is a carrier.",
        advice="Resume a carrier, switch one on, or add one.",
        leads=CARRIERS,
    ),
    "waiting": Kind(
        what="{subject} texts wait too long",
        doing="They are kept in the order in which they came, emergencies first, and go as soon as "
        "a carrier takes them. One that waits until it is no longer valid is not sent and not "
        "charged, and its sender is told.",
        advice="See whether a carrier is in trouble, paused, or too slow for so many.",
        leads=CARRIERS,
    ),
    "in_doubt": Kind(
        what="Texts may have been sent, and nobody knows",
        doing="We do not send them again. A late answer or report settles them by itself.",
        advice="Ask the carrier what it has of them, then decide.",
        leads=("operations:to_decide", "See them"),
        patience=30 * MINUTE,
        is_warning=True,
    ),
    "reports_unmatched": Kind(
        what="{subject} reports on texts that we do not know",
        doing="Each report is kept and tried again for a day; the texts on our side stay “Sent, "
        "waiting for the network”.",
        advice="Most often the ids are written differently in answers and in reports: try another "
        "choice of “Ids in receipts”. Or another portal uses the same account.",
        patience=10 * MINUTE,
        is_warning=True,
        leads=CARRIER,
    ),
    "halted": Kind(
        what="Sending is stopped for everybody",
        doing="What people send is accepted and kept. Everybody reads the reason on every page.",
        advice="Start sending again when the reason is over.",
        leads=("operations:stop_everything", "Start sending again"),
        patience=HOUR,
        is_warning=True,
    ),
    "schedule_late": Kind(
        what="Messages are overdue",
        doing="Senders and worker look for messages that are due every few seconds, and none does "
        "it now. Nothing is lost: they go late, as soon as one does.",
        advice="Restart the worker and the senders: systemctl restart 'smsportal-*'",
    ),
    "repeat_late": Kind(
        what="Repeating messages are overdue",
        doing="The worker looks for them every few seconds, and does not now. Up to two hours late "
        "they still go, and are marked late. After that they are missed for good, and those whose "
        "they are are told.",
        advice="systemctl restart smsportal-worker smsportal-beat. What they said last: "
        "journalctl -u smsportal-worker -u smsportal-beat",
    ),
    "lease_forgotten": Kind(
        what="Texts are in hand of a sender that has gone",
        doing="A sweep marks such texts “May have been sent” after a minute, and none does it now.",
        advice="Restart the worker and the senders: systemctl restart 'smsportal-*'",
    ),
    "beat_silent": Kind(
        what="The clock (beat) is not running",
        doing="systemd starts it again. The senders do the most pressing of its work: schedules, "
        "time limits, what is wrong. Imports, mail and counts stand still.",
        advice="systemctl restart smsportal-beat. What it said last: journalctl -u smsportal-beat",
    ),
    "relay_silent": Kind(
        what="The relay (email to SMS) is not running",
        doing="systemd starts it again. Mail servers keep what they could not hand in, and try "
        "again for days; a mail program says at once that it could not send.",
        advice="systemctl restart smsportal-relay. What it said last: "
        "journalctl -u smsportal-relay",
    ),
    "worker_silent": Kind(
        what="The worker is not running",
        doing="systemd starts it again. Messages to up to 1,000 people go all the same; larger "
        "ones are accepted and wait to be made into texts, and imports and mail wait.",
        advice="systemctl restart smsportal-worker. What it said last: "
        "journalctl -u smsportal-worker",
    ),
    "broker_away": Kind(
        what="Redis does not answer",
        doing="Every page works without it, and what was accepted is in the database. Messages to "
        "up to 1,000 people go all the same; larger ones, imports and mail wait. Nothing is lost: "
        "when it is back the sweeps find what waited.",
        advice="systemctl restart redis-server. See whether its disk or memory is full.",
    ),
    "mail_stuck": Kind(
        what="Mail does not leave",
        doing="Each mail is kept and tried again, for two hours at least. Invitations and these "
        "alerts are among them.",
        advice="See whether the mail server answers, and compare EMAIL_URL.",
        patience=10 * MINUTE,
        is_warning=True,
    ),
    "disk_full": Kind(
        what="The disk of {subject} is nearly full",
        doing="Nothing yet. When it is full no text is sent from that machine: what cannot be "
        "written down first is not sent.",
        advice="Make room where VAR_DIR is, or make the disk larger.",
        is_local=True,
    ),
}
