"""How good the models are: figures, curves and sheets on pictures that were not trained on (docs/evaluation.md)."""
