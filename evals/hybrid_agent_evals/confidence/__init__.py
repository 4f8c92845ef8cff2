"""How far confidence can be trusted, and the calibration that makes it so."""
