"""What the role of the public's forms may do on PostgreSQL: add tips, ask for one by its receipt, and little else."""

RIGHTS = (
    "GRANT INSERT (id, kind, receipt, secret_hash, reply_public, notice_slug, language, received_at) ON tip TO {role}",
    "GRANT INSERT (id, tip_id, author, position, written_at, key_id, sealed) ON tip_message TO {role}",
    "GRANT INSERT (id, tip_id, message_id, position, key_id, sealed_facts, object_key, size) ON tip_file TO {role}",
    "GRANT EXECUTE ON FUNCTION tip_of_receipt(text), tip_letters(text) TO {role}",
    "GRANT SELECT (id, public, created_at, retired_at) ON tip_key TO {role}",
    # What the public reads anyway: the name of a notice, and of the agency.
    "GRANT SELECT (slug, version, content, published_at, expires_at, ended_at) ON publication TO {role}",
    "GRANT SELECT (name, values, object_key) ON setting_section TO {role}",
    "GRANT SELECT ON alembic_version TO {role}",
)
FUNCTIONS = "tip_of_receipt(text), tip_letters(text)"
