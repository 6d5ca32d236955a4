"""What is asked: its kind and parts, its words as the articles spell them, what it leaves out."""
