"""What pages and exports say of an answer, in the same words, and text made safe for both."""
