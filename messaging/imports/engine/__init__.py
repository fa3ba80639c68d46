"""What the worker does with an import: check its file, apply it, undo it.

Nobody sees half of an import, and no write is longer than a breath, since SQLite has one writer.
Both by the order of the work:

1. The rows are read, judged and kept aside (`staging`), a thousand at a time.
2. New contacts are made a thousand at a time, and point at an `Arrival` that has not come: no page
   shows them. New groups are made as deleted ones. Whatever concerns one of these is invisible, so
   it is written ahead too (`applying`).
3. One transaction then shows all of it: it sets the arrival's moment, which is one row however many
   contacts came, and writes the little that was visible before: new names of known contacts, and
   known contacts in known groups. That part alone grows with the file; on SQLite 100,000 new names
   take about half a second, in which pages read on and writers wait.

Undo is the same film backwards: taking the arrival's moment away hides all at once, and what is
hidden is deleted in chunks afterwards.

Every step can be done twice. `running` lets one process at a time work on a contact book, holding
a lock that dies with it, so a lease that must be kept alive and could run out is not needed; a
sweep rings for whatever is waiting.
"""
