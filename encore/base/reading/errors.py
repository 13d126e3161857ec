"""What can be wrong with a whole file."""


class FileRefused(Exception):
    """Nothing can be made of this file. `str()` of it is a whole, translated sentence that says why and what helps."""
