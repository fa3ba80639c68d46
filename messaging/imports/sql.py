"""The joins between the rows of an import and a contact book, in SQL that both databases read.

Row by row, or with bulk_update, 100,000 rows would take minutes. Parameters: `batch`, `arrival`,
`owner` and `department` are ids; `stamp` is when "Import" was pressed; `first` and `last` are the
row numbers of a chunk.
"""

from messaging.imports.states import Policy

_CHUNK = "r.batch_id = %(batch)s AND r.row_no BETWEEN %(first)s AND %(last)s"

# Whom a number belongs to. Asked for each row by itself, since a planner that has not yet heard of
# 100,000 new contacts would take a join for tiny, and scan them all for every row.
_CONTACT = """
  FROM messaging_contact AS c
  WHERE c.number = r.number AND c.deleted_at IS NULL AND {book}"""

# Known contacts, and those that this import has just made, get their row. A sum answers one line
# also for a contact that somebody has deleted this moment.
_LINK = f"""
UPDATE messaging_importrow AS r
SET (contact_id, is_new, before_first_name, before_last_name) = (
  SELECT MAX(c.id), COALESCE(MAX(CASE WHEN c.arrival_id = %(arrival)s THEN 1 END), 0) = 1,
    COALESCE(MAX(c.first_name), ''), COALESCE(MAX(c.last_name), '')
  {{contact}})
WHERE {_CHUNK} AND r.state = 'ok'
"""

_JOIN = """
INSERT INTO messaging_membership (group_id, contact_id, arrival_id)
SELECT g.group_id, r.contact_id, %(arrival)s
FROM messaging_importrow AS r
JOIN messaging_importmember AS m ON m.batch_id = r.batch_id AND m.row_no = r.row_no
JOIN messaging_importgroup AS g ON g.batch_id = m.batch_id AND g.number = m.group_number
WHERE {which} AND r.state = 'ok' AND r.contact_id IS NOT NULL AND g.is_on
  AND g.group_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
# New contacts and new groups are out of sight, so these can be written ahead.
JOIN_UNSEEN = _JOIN.format(which=f"{_CHUNK} AND (r.is_new OR g.is_new)")
JOIN_SEEN = _JOIN.format(which="r.batch_id = %(batch)s AND NOT r.is_new AND NOT g.is_new")

# An empty cell says nothing about a name, so it never empties one.
_NAMES = {
    Policy.OVERWRITE: "CASE WHEN r.{name} <> '' THEN r.{name} ELSE c.{name} END",
    Policy.FILL: "CASE WHEN c.{name} = '' THEN r.{name} ELSE c.{name} END",
    Policy.KEEP: "c.{name}",
}

# Whom a person has changed since the check keeps that change: it is the newer one.
_RENAME = """
UPDATE messaging_contact AS c
SET first_name = {first}, last_name = {last}, updated_at = %(stamp)s
FROM messaging_importrow AS r
WHERE r.batch_id = %(batch)s AND r.state = 'ok' AND NOT r.is_new AND c.id = r.contact_id
  AND c.deleted_at IS NULL
  AND c.first_name = r.before_first_name AND c.last_name = r.before_last_name
  AND (c.first_name <> {first} OR c.last_name <> {last})
"""

# Scalar questions with LIMIT 1 are asked of one contact each; of an EXISTS a planner may make a
# table of all memberships, once for every chunk.
MARK_CHANGED = f"""
UPDATE messaging_importrow AS r SET is_changed = TRUE
WHERE {_CHUNK} AND r.state = 'ok' AND NOT r.is_new AND r.contact_id IS NOT NULL
  AND ((SELECT c.updated_at FROM messaging_contact AS c WHERE c.id = r.contact_id) = %(stamp)s
    OR (SELECT m.id FROM messaging_membership AS m
        WHERE m.contact_id = r.contact_id AND m.arrival_id = %(arrival)s LIMIT 1) IS NOT NULL)
"""

LEAVERS = """
INSERT INTO messaging_importleaver (batch_id, contact_id)
SELECT %(batch)s, gone.contact_id FROM (
  SELECT contact_id FROM messaging_membership WHERE group_id = %(group)s
  EXCEPT
  SELECT contact_id FROM messaging_importrow WHERE batch_id = %(batch)s AND state = 'ok'
) AS gone
"""
LEAVE = """
DELETE FROM messaging_membership WHERE group_id = %(group)s AND contact_id IN (
  SELECT contact_id FROM messaging_importleaver WHERE batch_id = %(batch)s)
"""
LEAVERS_COME_BACK = """
INSERT INTO messaging_membership (group_id, contact_id)
SELECT %(group)s, contact_id FROM messaging_importleaver WHERE batch_id = %(batch)s
ON CONFLICT DO NOTHING
"""

# A contact that somebody has changed since, or put into another group, is left alone by undo.
MARK_KEPT = f"""
UPDATE messaging_importrow AS r SET state = 'kept'
FROM messaging_contact AS c
WHERE {_CHUNK} AND r.state = 'ok' AND (r.is_new OR r.is_changed) AND c.id = r.contact_id
  AND (c.updated_at > %(stamp)s OR c.deleted_at IS NOT NULL OR (r.is_new AND (
    SELECT m.id FROM messaging_membership AS m
    JOIN messaging_group AS g ON g.id = m.group_id AND g.deleted_at IS NULL
    WHERE m.contact_id = c.id AND COALESCE(m.arrival_id <> %(arrival)s, TRUE)
    LIMIT 1) IS NOT NULL))
"""
RELEASE_KEPT = f"""
UPDATE messaging_contact AS c SET arrival_id = NULL
FROM messaging_importrow AS r
WHERE {_CHUNK} AND r.state = 'kept' AND r.is_new AND c.id = r.contact_id
"""
NAME_BACK = """
UPDATE messaging_contact AS c
SET first_name = r.before_first_name, last_name = r.before_last_name, updated_at = %(now)s
FROM messaging_importrow AS r
WHERE r.batch_id = %(batch)s AND r.state = 'ok' AND r.is_changed AND c.id = r.contact_id
  AND c.updated_at = %(stamp)s
"""
# In groups that were there before: looked up ahead, so that the last transaction only deletes.
SEEN_MEMBERS = """
SELECT id FROM messaging_membership WHERE arrival_id = %(arrival)s
  AND group_id IN (
    SELECT g.group_id FROM messaging_importgroup AS g
    WHERE g.batch_id = %(batch)s AND NOT g.is_new)
  AND contact_id IN (
    SELECT r.contact_id FROM messaging_importrow AS r
    WHERE r.batch_id = %(batch)s AND r.state = 'ok' AND NOT r.is_new)
"""
# In new groups that somebody else has begun to use.
LEAVE_SEEN = """
DELETE FROM messaging_membership WHERE arrival_id = %(arrival)s
  AND group_id IN (
    SELECT g.group_id FROM messaging_importgroup AS g
    JOIN messaging_group AS seen ON seen.id = g.group_id AND seen.deleted_at IS NULL
    WHERE g.batch_id = %(batch)s AND g.is_new)
  AND contact_id IN (
    SELECT r.contact_id FROM messaging_importrow AS r
    WHERE r.batch_id = %(batch)s AND r.state = 'ok' AND NOT r.is_new)
"""
LEAVE_UNSEEN = f"""
DELETE FROM messaging_membership WHERE arrival_id = %(arrival)s AND contact_id IN (
  SELECT r.contact_id FROM messaging_importrow AS r WHERE {_CHUNK} AND r.state = 'ok')
"""
DELETE_UNSEEN = f"""
UPDATE messaging_contact AS c SET deleted_at = %(now)s, arrival_id = NULL
FROM messaging_importrow AS r
WHERE {_CHUNK} AND r.state = 'ok' AND r.is_new AND c.id = r.contact_id
  AND c.arrival_id = %(arrival)s AND c.deleted_at IS NULL
"""


def rename(policy: str) -> str:
    """New names of known contacts."""
    return _RENAME.format(first=new_name("first_name", policy), last=new_name("last_name", policy))


def new_name(name: str, policy: str) -> str:
    """What a known contact's name becomes, as SQL over the row `r` and the contact `c`."""
    return _NAMES[Policy(policy)].format(name=name)


def link(owner_id: int | None) -> str:
    return _LINK.format(contact=_contact(owner_id))


def contact_of_row(owner_id: int | None) -> str:
    """The id of the contact with the number of the row `r`, in the book that it goes into."""
    return f"(SELECT c.id {_contact(owner_id)})"


def _contact(owner_id: int | None) -> str:
    book = "c.department_id = %(department)s AND c.owner_id IS NULL"
    return _CONTACT.format(book=book if owner_id is None else "c.owner_id = %(owner)s")
