"""How the reader's weights are made: ``python -m training.train``. Not needed to ask questions."""
