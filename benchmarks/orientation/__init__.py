"""Our levelling filter compared with VQF on the same samples: accuracy, convergence, bias, loss, bends, rates, cost."""
