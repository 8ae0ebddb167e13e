"""The JSON API, for programs that act for a person."""
