"""The agency as a whole: its settings and logo, quotas, and how much its units use."""
