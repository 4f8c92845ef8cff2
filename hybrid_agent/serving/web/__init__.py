"""The frame of every page: who may call it, limits, CSRF, headers, errors, templates and assets."""
