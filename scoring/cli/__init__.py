"""The commands of scoring; the root command takes them from `COMMANDS`."""

from scoring.cli.health import health
from scoring.cli.models import models
from scoring.cli.remember import remember
from scoring.cli.rescore import rescore

COMMANDS = [models, rescore, remember, health]
