"""`python -m wijkblik.cli`."""

from wijkblik.cli import main

if __name__ == "__main__":
    main()
