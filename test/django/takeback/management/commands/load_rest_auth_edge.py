"""As a project has it, but that the file lies in docs/."""

from load_rest_auth_edge import Command

__all__ = ["Command"]
