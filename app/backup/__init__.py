"""Back-ups: one archive that holds the records and every object they name, and the way back.

``python -m app.backup --help``. The records are copied first, as they are at one moment, and the objects after them:
an object is written before its row and never changed, so whatever the copied records name is there to be copied.
"""
