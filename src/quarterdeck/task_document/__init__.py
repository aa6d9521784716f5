"""A project's tasks as a Markdown file: read by line ranges, written by splicing, merged by task and field.

Pure functions over bytes and values. The format is told of in `docs/reference/tasks-file.md`.
"""
