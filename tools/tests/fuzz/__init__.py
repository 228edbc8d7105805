"""Random models by each library, of which what is exported must be equal to what that computes."""
