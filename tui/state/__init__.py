"""The state behind the screens, free of Textual: a runner's board, the roster, and the wording for them."""
