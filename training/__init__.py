"""From data sets to measured checkpoints. Nothing imports this package but its tests and benchmarks."""

import os

# Before torch allocates anything: large tensors on huge pages, where a CPU's training steps otherwise spend a part of
# their time on page faults.
os.environ.setdefault("THP_MEM_ALLOC_ENABLE", "1")
