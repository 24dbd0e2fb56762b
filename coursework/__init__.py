"""Coursework: build, release, collect and grade the assignments of the book, for teachers."""
