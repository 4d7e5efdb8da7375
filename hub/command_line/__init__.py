"""The command line: every command and option, their values and help texts, and the dispatch to the chosen command."""
