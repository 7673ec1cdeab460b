"""The same project with users who are known by UUIDs."""

from settings import *  # noqa: F403
from settings import INSTALLED_APPS

AUTH_USER_MODEL = "members.Member"
INSTALLED_APPS = [*INSTALLED_APPS, "members"]
