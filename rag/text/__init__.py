"""English and other text: sentences, passages, index terms, names, numbers and dates."""
