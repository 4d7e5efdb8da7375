"""What the screens show, without a screen: a runner's board, the roster, and the words for them."""
