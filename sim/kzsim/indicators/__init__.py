"""What a run reports: cells, indicators, intervals, paired differences, what binds."""
