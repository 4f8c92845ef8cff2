"""Mutation of the policy: a deployment is weakened in every way that it allows, and the suite must notice."""
