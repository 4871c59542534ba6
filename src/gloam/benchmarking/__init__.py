"""The standard workloads, and the times of gloam and its peers on them."""
