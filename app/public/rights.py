"""What the role of the public pages may do on PostgreSQL: read what is published, and with what pages are drawn."""

RIGHTS = (
    "GRANT SELECT ON publication, publication_file, ended_slug, alembic_version TO {role}",
    # Not who changed a setting.
    'GRANT SELECT (name, "values", object_key) ON setting_section TO {role}',
)
