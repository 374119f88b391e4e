"""Measurements of Wijkblik beside named peers: what the figures in docs/performance.md come from.

Each module is a command, `python -m benchmarks.NAME`, that prints a table and keeps it in
benchmarks/results/NAME.json. `make peers` makes the environment of what it is measured against.
"""
