"""The project with a user model of its own, as before Django 5: times without a zone."""

from custom_settings import *  # noqa: F403

USE_TZ = False
TIME_ZONE = "America/New_York"
