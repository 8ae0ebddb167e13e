"""Retention: how long cases are kept, what keeps them longer, and how one is deleted; see docs/retention.md."""
