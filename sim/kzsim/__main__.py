"""`python -m kzsim` is the command `kzsim`."""

from kzsim.cli import main

if __name__ == "__main__":  # the processes of a run import this file again under another name
    main(prog_name="kzsim")
