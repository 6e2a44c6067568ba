"""Republishes partner news: many source feeds in, one clean feed per topic out."""

__version__ = "0.1.0"
