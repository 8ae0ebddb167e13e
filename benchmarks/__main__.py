"""`make bench`."""

from benchmarks.pipeline import main

main()
