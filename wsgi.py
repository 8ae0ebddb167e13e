"""gunicorn's door: ``gunicorn wsgi:app``."""

from app.surfaces import create

app = create()
