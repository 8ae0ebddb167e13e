"""Networks: `nn.Module`s and nothing else. Numbers live in the weights manifest and the recipes."""
