"""Takes the accounts of rest-auth-edge back into Django: `manage.py load_rest_auth_edge back.json`.

Put this file into `management/commands/` of one of your apps. It reads what `npm run manage -- export-django`
writes, for any user model. Unlike `loaddata` it writes the columns that rest-auth-edge keeps and no other:
a column of your own user model keeps its value.

    --dry-run                 tell what would change, change nothing
    --default FIELD=VALUE     value of a required column of your own, for users who registered at the edge
    --deactivate-missing      users who are in Django alone, because they were deleted at the edge, log in no more
    --keep-tokens             for a fixture written --without-tokens: auth tokens of Django stay valid

Addresses, social accounts and auth tokens of the users become those of the fixture: what was removed or logged out at
the edge does not come back to life. Everything happens in one transaction. A user is known by the id. A row of that id that shares neither name,
address nor joining date with the exported user is somebody else's: it is left alone and reported, and the command
exits with 1. Works with Django 3.2 and later. No signals are sent for rows that exist; a user who registered at the
edge is created with `save()`.
"""

import json
from collections import Counter
from datetime import datetime, timezone
from itertools import groupby

from django.apps import apps
from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Group, Permission
from django.core.management.base import BaseCommand, CommandError
from django.core.management.color import no_style
from django.db import IntegrityError, connections, models, router, transaction

ROWS_AT_ONCE = 500
# As django_authentication.py marks the users whom it creates.
CREATED_ON_FIRST_SIGHT = "!rest-auth-edge$"


class Command(BaseCommand):
    help = "Takes accounts from rest-auth-edge back; columns that it does not know keep their values."

    def add_arguments(self, parser):
        parser.add_argument("fixture", help="output of export-django: JSON, or JSON lines")
        parser.add_argument("--dry-run", action="store_true", help="change nothing, tell what would change")
        parser.add_argument("--default", action="append", default=[], metavar="FIELD=VALUE")
        parser.add_argument("--deactivate-missing", action="store_true", help="deactivate users whom the edge deleted")
        parser.add_argument("--keep-tokens", action="store_true", help="leave Django's auth tokens alone")

    def handle(self, *, fixture, dry_run, default, deactivate_missing, keep_tokens, **options):
        try:
            defaults = dict(item.split("=", 1) for item in default)
        except ValueError:
            raise CommandError("--default is FIELD=VALUE")
        load = Load(defaults, keep_tokens)
        with transaction.atomic():
            for model, page in load.read_pages(fixture):
                load.take_users(page) if load.is_user(model) else load.note(model, page)
            load.settle_waiting()
            load.delete_gone_rows()
            for model, page in load.read_pages(fixture):
                load.take_rows(model, page)
            load.finish(deactivate_missing)
            if dry_run:
                transaction.set_rollback(True)
        for line in load.report():
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Dry run: nothing was changed.")
        for line in load.faults:
            self.stderr.write(line)
        if load.faults:
            raise CommandError(f"{len(load.faults)} users were not taken.")


def read_entries(path):
    """The objects of a fixture one by one: export-django writes one a line."""
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            text = line.strip().rstrip(",")
            if text in ("", "[", "]", "[]"):
                continue
            try:
                yield json.loads(text)
            except ValueError:
                raise CommandError(f"{path} is not as export-django wrote it: {text[:60]}")


def read_pages(path):
    """Model and entries, a bounded number at a time: memory does not grow with the fixture."""
    for model, entries in groupby(read_entries(path), key=lambda entry: entry["model"].lower()):
        for page in pages(entries):
            yield model, page


def pages(rows):
    page = []
    for row in rows:
        page.append(row)
        if len(page) == ROWS_AT_ONCE:
            yield page
            page = []
    if page:
        yield page


def model_of(name):
    """A model of an app that this project may not have."""
    try:
        return apps.get_model(name)
    except LookupError:
        return None


class Load:
    def __init__(self, defaults, keep_tokens):
        self.User = get_user_model()
        self.defaults = defaults
        names = [name for name in MATCHED_BY if not (keep_tokens and name == "authtoken.token")]
        self.models = {name: model_of(name) for name in names if model_of(name) is not None}
        self.counts = Counter()
        self.faults = []
        self.left_out = set()
        # Ids: who is taken, and who is not.
        self.taken = set()
        self.refused = set()
        self.waiting = []
        # Models of second factors that the fixture speaks of.
        self.factors = {}
        # By model, what makes each row of the fixture what it is.
        self.keys = {name: set() for name in self.models}
        self.outstanding = {}

    def read_pages(self, path):
        """Pages of a fixture, their users known by what this project's model takes: numbers or UUIDs."""
        known_by = self.User._meta.pk.to_python
        for model, page in read_pages(path):
            for entry in page:
                fields = entry["fields"]
                if self.is_user(model):
                    entry["pk"] = known_by(entry["pk"])
                elif fields.get("user") is not None:
                    fields["user"] = known_by(fields["user"])
            yield model, page

    def is_user(self, model):
        return model in ("auth.user", self.User._meta.label_lower)

    # Users

    def take_users(self, entries):
        present = self.User._base_manager.in_bulk([entry["pk"] for entry in entries])
        for entry in entries:
            values = self.known_values(entry["fields"])
            user = present.get(entry["pk"])
            if user is None:
                self.write(entry["pk"], values, is_new=True)
            elif not self.is_same_person(user, values):
                self.refuse(entry["pk"], f"the id belongs to somebody else in Django, {user.get_username()}")
            else:
                different = {name: value for name, value in values.items() if is_different(user, name, value)}
                if different:
                    self.write(user.pk, different, is_new=False)
                else:
                    self.taken.add(user.pk)
                    self.counts["users unchanged"] += 1

    def known_values(self, fields):
        """What the fixture says of a user, by the names of this project's model."""
        own = {field.name: field for field in self.User._meta.concrete_fields}
        renamed = {"email": self.User.get_email_field_name()}
        if "username" not in own and self.User.USERNAME_FIELD != renamed["email"]:
            renamed["username"] = self.User.USERNAME_FIELD
        values = {}
        for name, value in fields.items():
            field = own.get(renamed.get(name, name))
            if name in ("groups", "user_permissions"):
                continue
            if field is None:
                self.left_out.add(name)
            else:
                values[field.name] = read_value(field, value)
        return values

    def is_same_person(self, user, values):
        if user.password.startswith(CREATED_ON_FIRST_SIGHT):
            return True
        names = {self.User.USERNAME_FIELD, self.User.get_email_field_name(), "date_joined"}
        return any(is_alike(user, name, values[name]) for name in names if values.get(name))

    def write(self, pk, values, is_new):
        """Inserts or updates one user; who cannot be written since a name is still another's, waits."""
        try:
            with transaction.atomic():
                if is_new:
                    self.User(pk=pk, **{**self.defaults, **values}).save(force_insert=True)
                else:
                    self.User._base_manager.filter(pk=pk).update(**values)
        except IntegrityError as error:
            self.waiting.append((pk, values, is_new, str(error)))
            return
        self.taken.add(pk)
        self.counts["users created" if is_new else "users updated"] += 1

    def settle_waiting(self):
        """Names may have moved from one user to another: tries again for as long as that helps."""
        while self.waiting:
            waiting, self.waiting = self.waiting, []
            for pk, values, is_new, _ in waiting:
                self.write(pk, values, is_new)
            if len(self.waiting) == len(waiting):
                break
        for pk, _, _, reason in self.waiting:
            self.refuse(pk, reason)
        self.waiting = []

    def refuse(self, pk, reason):
        self.refused.add(pk)
        self.faults.append(f"{self.User._meta.label} {pk}: {reason}")

    # What belongs to users

    def note(self, model, entries):
        """Remembers which rows there are, so that the others can go before these come."""
        if model in FACTORS and model_of(model) is not None:
            self.factors[model] = model_of(model)
        if model in self.keys:
            self.keys[model].update(key_of(model, entry["pk"], entry["fields"]) for entry in entries)

    def delete_gone_rows(self):
        for name, model in self.models.items():
            rows = model._base_manager.values("pk", *MATCHED_BY[name], "user").iterator()
            gone = [row["pk"] for row in rows if row["user"] in self.taken and not self.is_kept(name, row)]
            for page in pages(gone):
                model._base_manager.filter(pk__in=page).delete()
            self.counts[f"{name} rows deleted, as at the edge"] += len(gone)
        # All of them: a recovery code that was used at the edge must not work again.
        for model in self.factors.values():
            rows = model._base_manager.values_list("pk", "user").iterator()
            for page in pages([pk for pk, user in rows if user in self.taken]):
                model._base_manager.filter(pk__in=page).delete()

    def is_kept(self, name, row):
        return key_of(name, row["pk"], row) in self.keys[name]

    def take_rows(self, model, entries):
        if model == "token_blacklist.outstandingtoken":
            self.take_outstanding_tokens(entries)
        elif model == "token_blacklist.blacklistedtoken":
            self.take_blacklisted_tokens(entries)
        elif model in self.models:
            for entry in entries:
                self.take_row(model, entry)
        elif model in self.factors:
            for entry in entries:
                self.take_factor(model, entry["fields"])
        elif model == "auth.group":
            for entry in entries:
                group, _ = Group.objects.get_or_create(name=entry["fields"]["name"])
                self.set_related(group.permissions, permissions_of(entry["fields"]["permissions"]), "groups changed")
        elif self.is_user(model):
            self.take_rights(entries)
        elif self.is_profile(model):
            for entry in entries:
                self.take_profile(model_of(model), entry["fields"])
        else:
            self.counts[f"{model} rows left out"] += len(entries)

    # Rights and profiles: an export says nothing of them where the edge keeps none

    def take_rights(self, entries):
        entries = [entry for entry in entries if "groups" in entry["fields"] and entry["pk"] in self.taken]
        users = self.User._base_manager.in_bulk([entry["pk"] for entry in entries])
        for entry in entries:
            user, fields = users[entry["pk"]], entry["fields"]
            if not hasattr(user, "groups"):
                continue
            names = [name for (name,) in fields["groups"]]
            self.set_related(user.groups, Group.objects.filter(name__in=names), "users in other groups")
            permissions = permissions_of(fields["user_permissions"])
            self.set_related(user.user_permissions, permissions, "users with other permissions")

    def set_related(self, manager, rows, what):
        if set(manager.values_list("pk", flat=True)) != {row.pk for row in rows}:
            manager.set(rows)
            self.counts[what] += 1

    def is_profile(self, name):
        model = model_of(name)
        field = next((field for field in model._meta.fields if field.name == "user"), None) if model else None
        return field is not None and field.one_to_one and field.related_model is self.User

    def take_profile(self, model, fields):
        if fields["user"] not in self.taken:
            return
        values = {name: read_value(model._meta.get_field(name), value) for name, value in fields.items() if name != "user"}
        row = model._base_manager.filter(user=fields["user"]).first()
        if row is None:
            model(user_id=fields["user"], **values).save(force_insert=True)
            self.counts[f"{model._meta.label_lower} rows created"] += 1
            return
        different = {name: value for name, value in values.items() if is_different(row, name, value)}
        if different:
            model._base_manager.filter(pk=row.pk).update(**different)
            self.counts[f"{model._meta.label_lower} rows updated"] += 1

    def take_row(self, name, entry):
        model, fields = self.models[name], entry["fields"]
        if fields["user"] not in self.taken:
            self.counts[f"{name} rows left out"] += 1
            return
        values = {field: read_value(model._meta.get_field(field), value) for field, value in fields.items()}
        values["user_id"] = values.pop("user")
        key = {field: entry["pk"] if field == "key" else fields[field] for field in MATCHED_BY[name]}
        row = model._base_manager.filter(**key).first()
        if row is None:
            row = model(**{**key, **values, "user": None, "user_id": fields["user"]})
            row.user_id = fields["user"]
            row.save(force_insert=True)
        # By a query: a date that is set automatically must stay what it was.
        model._base_manager.filter(pk=row.pk).update(**values)
        self.counts[f"{name} rows"] += 1

    def take_factor(self, name, fields):
        model = self.factors[name]
        if fields["user"] not in self.taken:
            self.counts[f"{name} rows left out"] += 1
            return
        values = {field: read_value(model._meta.get_field(field), value) for field, value in fields.items()}
        values["user_id"] = values.pop("user")
        row = model(**values)
        row.save(force_insert=True)
        # By a query: a date that is set automatically must stay what it was.
        model._base_manager.filter(pk=row.pk).update(**values)
        self.counts[f"{name} rows"] += 1

    def take_outstanding_tokens(self, entries):
        model = model_of("token_blacklist.outstandingtoken")
        if model is None:
            return
        for entry in entries:
            fields = entry["fields"]
            values = {
                "user_id": fields["user"] if fields["user"] in self.taken else None,
                "expires_at": read_value(model._meta.get_field("expires_at"), fields["expires_at"]),
            }
            row, _ = model._base_manager.get_or_create(jti=fields["jti"], defaults=values)
            self.outstanding[entry["pk"]] = row.pk

    def take_blacklisted_tokens(self, entries):
        model = model_of("token_blacklist.blacklistedtoken")
        if model is None:
            return
        for entry in entries:
            token_id = self.outstanding[entry["fields"]["token"]]
            _, is_new = model._base_manager.get_or_create(token_id=token_id)
            self.counts["refresh tokens blacklisted"] += is_new

    # The end

    def finish(self, deactivate_missing):
        self.reset_sequences()
        ids = self.User._base_manager.values_list("pk", flat=True).iterator()
        missing = [pk for pk in ids if pk not in self.taken and pk not in self.refused]
        self.counts["users in Django alone"] += len(missing)
        for page in pages(missing) if deactivate_missing else []:
            found = self.User._base_manager.filter(pk__in=page, is_active=True)
            self.counts["users deactivated"] += found.update(is_active=False)

    def reset_sequences(self):
        """Ids came from outside: the next one must be above them (PostgreSQL)."""
        connection = connections[router.db_for_write(self.User)]
        statements = connection.ops.sequence_reset_sql(no_style(), [self.User, *self.models.values(), *self.factors.values()])
        with connection.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)

    def report(self):
        for what, count in sorted(self.counts.items()):
            if count:
                yield f"{count:>9}  {what}"
        if self.left_out:
            yield f"{self.User._meta.label} has no {', '.join(sorted(self.left_out))}: left out."


# What makes two rows one, by model: their ids may have gone to others meanwhile.
MATCHED_BY = {
    "account.emailaddress": ("user", "email"),
    "socialaccount.socialaccount": ("provider", "uid"),
    "authtoken.token": ("key",),
}


# Second factors and passkeys, of a fixture that was written with --second-factors.
FACTORS = ("dj_rest_auth_mfa.authenticator", "mfa.authenticator", "passkeys.webauthncredential")


def read_value(field, value):
    """A value of the fixture as the column takes it. With USE_TZ off Django keeps times without a zone. The import took
    them for UTC, whatever TIME_ZONE says, so that as UTC they come back unchanged."""
    read = field.to_python(value)
    if not settings.USE_TZ and isinstance(read, datetime) and read.tzinfo is not None:
        return read.astimezone(timezone.utc).replace(tzinfo=None)
    return read


def permissions_of(keys):
    """Permissions by their natural keys; of an app that this project does not have there are none."""
    rows = []
    for codename, app_label, model in keys:
        found = Permission.objects.filter(
            codename=codename, content_type__app_label=app_label, content_type__model=model
        )
        rows.extend(found)
    return rows


def key_of(model, pk, fields):
    return tuple(pk if name == "key" else fields[name] for name in MATCHED_BY[model])


def is_alike(user, name, value):
    if isinstance(value, str):
        return getattr(user, name).lower() == value.lower()
    return not is_different(user, name, value)


def is_different(row, name, value):
    """Compares a column; the edge keeps milliseconds, which is no reason to lose what is finer here."""
    present = getattr(row, name)
    if isinstance(row._meta.get_field(name), models.DateTimeField) and present and value:
        present = present.replace(microsecond=present.microsecond // 1000 * 1000)
    return present != value
