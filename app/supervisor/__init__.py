"""Starts the web server and the worker as processes of their own, and keeps them running.

``python -m app.supervisor`` is what ``make run`` ends in. Nothing here touches Flask, SQL or torch: the
supervisor has to outlive whatever happens in them.
"""
