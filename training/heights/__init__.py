"""Networks that see height learn it here."""
