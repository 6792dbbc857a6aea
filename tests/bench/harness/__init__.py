"""Runs the same workloads in several processes, turn by turn, and reports ratios."""
