"""How long the model takes and what it holds, beside peers and beside twins of its own rules: see docs/speed.md."""
