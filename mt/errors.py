"""Every error that tarjama raises on purpose; its text is one line, made for the person who meets it.

TarjamaError
├── InputError               the text, the files or the options given cannot be used   (also a ValueError)
├── ModelError               the model cannot be loaded, or cannot do what was asked
│   ├── ModelNotFoundError   no such folder, no such model in the cache, on the hub or on PyPI
│   └── DownloadError        the model exists, or may, but could not be fetched now
└── MissingExtraError        an optional dependency is not installed                   (also an ImportError)
"""


class TarjamaError(Exception):
    """The root: catch this to catch everything that tarjama raises on purpose."""


class InputError(TarjamaError, ValueError):
    """The text, the files or the options given cannot be used."""


class ModelError(TarjamaError):
    """The model cannot be loaded, or cannot do what was asked of it."""


class ModelNotFoundError(ModelError):
    """No such folder, and no such model in the cache, on the hub or on PyPI."""


class DownloadError(ModelError):
    """The model could not be fetched: no network, no permission, a time-out or a damaged file."""


class MissingExtraError(TarjamaError, ImportError):
    """An optional dependency is not installed."""
