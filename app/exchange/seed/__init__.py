"""The way out of s2f, the application that this one grew out of: its table `record` and its bucket come in here."""
