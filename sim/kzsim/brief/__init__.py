"""A brief: what a stored study says, as data (``content``), as a page (``html``) and as a PDF (``pdf``)."""
