"""Signing in with Firebase: the browser proves itself there once, and gets a session of ours for it."""
