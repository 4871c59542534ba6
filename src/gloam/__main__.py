"""`python -m gloam` is the command line."""

from gloam.cli import main

if __name__ == "__main__":
    main()
