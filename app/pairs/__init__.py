"""Pairs of sketch and real photo, exported as a training set: only those that the person in the photo agreed to."""
