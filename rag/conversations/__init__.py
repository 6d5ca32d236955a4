"""Conversations and feedback on the disk, and their exports."""
