"""Networks that find roads learn it here."""
