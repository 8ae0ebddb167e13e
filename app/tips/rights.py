"""What the role of the public's forms may do on PostgreSQL: add tips, ask for one by its receipt, and little else."""

RIGHTS = {
    "tip": "INSERT (id, kind, receipt, secret_hash, reply_public, notice_slug, language, received_at)",
    "tip_message": "INSERT (id, tip_id, author, position, written_at, key_id, sealed)",
    "tip_file": "INSERT (id, tip_id, message_id, position, key_id, sealed_facts, object_key, size)",
    "tip_key": "SELECT (id, public, created_at, retired_at)",
    # What the public reads anyway: the name of a notice, and of the agency.
    "publication": "SELECT (slug, version, content, published_at, expires_at, ended_at)",
    "setting_section": 'SELECT (name, "values", object_key)',
}
"""By table."""
FUNCTIONS = "tip_of_receipt(text), tip_letters(text), ended_tip_of_receipt(text)"
"""Each answers about one tip, whose receipt must be known."""
