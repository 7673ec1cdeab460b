"""A user model whose ids are UUIDs, with a profile."""

import uuid

from django.contrib.auth.models import AbstractUser
from django.db import models


class Member(AbstractUser):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    city = models.CharField(max_length=40, blank=True)


class Profile(models.Model):
    user = models.OneToOneField(Member, models.CASCADE, related_name="profile")
    company = models.CharField(max_length=80, blank=True)
