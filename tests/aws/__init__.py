"""Tests of strata/aws."""
