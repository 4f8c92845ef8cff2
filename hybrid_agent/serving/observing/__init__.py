"""How the service is doing: health and readiness, metrics, traces and logs, none with personal data."""
