"""Tests of the client; run with `python -m unittest` in the folder above."""
