"""Quotes to an answer: which to show, how articles stand to one another, how they read."""
