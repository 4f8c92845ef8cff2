"""From articles to an index on disk, and the index itself."""
