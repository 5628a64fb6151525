"""Benchmarks: ``python -m benchmarks`` prints how fast kzsim is beside others, see docs/performance.md."""
