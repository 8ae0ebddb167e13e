"""The training engine: one loop for every network, its run folder, several processes, what is seen while it runs."""
