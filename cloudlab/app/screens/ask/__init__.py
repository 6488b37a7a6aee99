"""A question before what is not easily undone."""
