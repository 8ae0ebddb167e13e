"""Tips as the agency works on them: read, answered, put to a case, put together, taken away redacted."""
