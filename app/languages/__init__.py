"""In which language a page speaks, and how it writes days and numbers in it; see docs/languages.md."""
