"""The reader: passages to the words that answer, ranked sentences and a confidence."""
