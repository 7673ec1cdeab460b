"""The table of allauth.mfa, which Debian's allauth does not have yet."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Authenticator(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE)
    type = models.CharField(max_length=20)
    data = models.JSONField()
    created_at = models.DateTimeField(default=timezone.now)
    last_used_at = models.DateTimeField(null=True)
