"""What a run's own bookkeeping can be found guilty of."""


class InvariantError(Exception):
    """A run broke a rule that every run must keep, so that its figures cannot be trusted."""
