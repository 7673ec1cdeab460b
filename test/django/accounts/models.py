"""A user model as projects have it: columns of its own, one of them without a default."""

from django.contrib.auth.models import AbstractUser
from django.db import models


class User(AbstractUser):
    phone = models.CharField(max_length=20, blank=True)
    birthday = models.DateField(null=True)
    plan = models.IntegerField()


class Profile(models.Model):
    user = models.OneToOneField(User, models.CASCADE, related_name="profile")
    company = models.CharField(max_length=80, blank=True)
    tags = models.JSONField(null=True)
