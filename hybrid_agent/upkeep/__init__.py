"""What is done at its time, whoever is there: recovery, reminders, expiry, leases, retention; and erasure."""
