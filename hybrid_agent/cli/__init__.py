"""The command line, `hybrid-agent`: talking to a deployment, checking one, and starting one."""

import sys


def main() -> None:
    """Run a command and exit with its code; what goes wrong is told in words, never as a traceback."""
    from hybrid_agent.cli.app import run

    sys.exit(run(sys.argv[1:]))
