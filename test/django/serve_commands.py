"""manage.py for many commands: Django is loaded once, and each command runs in a fork of that process.

Reads a JSON object a line, {"database": FILE, "argv": [...]}, and answers one: {"code": 0, "stdout": "", "stderr": ""}.
"""

import json
import os
import sys
import tempfile
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "settings")

import django  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.management import execute_from_command_line  # noqa: E402


def main():
    django.setup()
    for line in sys.stdin:
        command = json.loads(line)
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = os.fork()
            if child == 0:
                run(command, out, err)
            _, status = os.waitpid(child, 0)
            answer = {"code": os.WEXITSTATUS(status) if os.WIFEXITED(status) else 1, "stdout": text(out), "stderr": text(err)}
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


def run(command, out, err):
    """The command, in a process that ends with it."""
    code = 1
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(out.fileno(), 1)
        os.dup2(err.fileno(), 2)
        # Connections are made of this dictionary, and none is open yet.
        settings.DATABASES["default"]["NAME"] = command["database"]
        os.environ["DJANGO_DATABASE"] = command["database"]
        execute_from_command_line(["manage.py", *command["argv"]])
        code = 0
    except SystemExit as exit:
        code = exit.code if isinstance(exit.code, int) else 0 if exit.code is None else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def text(file):
    file.seek(0)
    return file.read().decode()


main()
