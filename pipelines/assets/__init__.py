"""Dagster's view of the main job: every source table, model, the audit and the release as assets.

What an asset shows (keys, groups, owners, checks, metadata) and which stage its step calls belongs
here. What a stage does belongs in `pipelines/run/stages.py` and its rooms, so that the command line
and Dagster do the same; which assets run together and when belongs in `jobs.py`.
"""
