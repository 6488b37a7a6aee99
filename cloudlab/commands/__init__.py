"""What may be asked: one frozen pydantic model per AWS action, its field types, and the registry."""
