"""What a run says to people and programs: pure functions of a SuiteRun and of tables beside it."""
