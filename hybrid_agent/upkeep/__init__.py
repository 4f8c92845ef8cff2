"""What has to be done at its time, whoever is there: recovery, reminders, expiry, leases, retention, erasure."""
