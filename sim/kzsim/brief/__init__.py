"""A brief: what a stored study says, as data (``content``), as one HTML page (``html``) and as a PDF (``pdf``)."""
