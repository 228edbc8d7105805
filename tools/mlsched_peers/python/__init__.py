"""Peers that are called from Python, a module each; see child.py."""
