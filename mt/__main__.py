"""`python -m mt` is `tarjama`."""

from mt.cli import app

app(prog_name="tarjama")
