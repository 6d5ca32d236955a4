"""``python -m rag.cli``: the command line."""

from rag.cli import main

if __name__ == "__main__":
    main()
