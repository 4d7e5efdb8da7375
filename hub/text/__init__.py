"""A run in words for people: lines while it lasts, tables after it, what cannot be measured."""
