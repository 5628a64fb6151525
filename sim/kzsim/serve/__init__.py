"""Pages for a browser on this machine: runs and their reports, scenarios as forms, a run and its progress.

``server.Server`` listens on the loopback address only; every address it answers begins with a secret of its
own. ``site.Site`` says what each address shows, and knows nothing of sockets.
"""
