"""Our levelling filter beside VQF on the same samples: accuracy, worst case, start, bias, loss, bends, rates, cost."""
