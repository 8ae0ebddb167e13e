"""Bulletins: posters of what is published, to be printed and put up."""
