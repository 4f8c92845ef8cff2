"""Whether a conversation went as it must: functions from a case and what was seen of it to an outcome."""
