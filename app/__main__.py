"""`python -m app`: the command line."""

from app.cli import main
from app.garbage import collect_rarely

collect_rarely()
main()
