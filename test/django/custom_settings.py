"""The same project with a user model of its own."""

from settings import *  # noqa: F403
from settings import INSTALLED_APPS

AUTH_USER_MODEL = "accounts.User"
INSTALLED_APPS = [*INSTALLED_APPS, "accounts", "mfa", "dj_rest_auth_mfa", "passkeys"]
