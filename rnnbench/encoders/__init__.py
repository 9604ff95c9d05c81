"""One file per encoder; the file name is the name on the command line."""
