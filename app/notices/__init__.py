"""Notices: drafted by an investigator, approved by a supervisor, published, corrected, withdrawn."""
