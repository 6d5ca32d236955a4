"""The build: a folder of files to an index."""
