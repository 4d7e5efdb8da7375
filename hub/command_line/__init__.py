"""Words on the command line: every command and option, what they may be, and the dispatch to the one command."""
