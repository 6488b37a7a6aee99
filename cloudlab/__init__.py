"""cloudlab: a terminal game about what you own and what you hand over in the cloud."""

__version__ = "0.1.0"
