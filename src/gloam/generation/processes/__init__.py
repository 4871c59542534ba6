"""The processes of e+e- collisions that are generated from their own matrix elements, one family in each file."""
