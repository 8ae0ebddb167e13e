"""Held under fire: the whole product on real servers, while everything that can fail does.

Two web and two worker processes on PostgreSQL, Redis and a bucket; clients that upload, render and look, each with
sketches that nobody else has; workers killed, the queue flushed, the database stopped, the bucket erring. What must
hold is in checks.py, what happens when in trouble.py.
"""
