"""Parts of the ``./repair`` command; standard library only, one concern a module."""
