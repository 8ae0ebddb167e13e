"""The command line, one module a command. Networks are imported only by the commands that need them."""
