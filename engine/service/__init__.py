"""The engine as a process: requests over stdin, answers over stdout, one network kept warm."""
