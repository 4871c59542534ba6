"""Training of selection networks; JAX is imported when a training starts, not before (extra `train`)."""
