"""What can be weakened in a catalog, a module for each of its parts."""
