"""Talking to AWS: sessions, ARNs, pages of answers, tags."""
