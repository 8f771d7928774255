"""Every error that tarjama raises on purpose; its text is one line for the person who meets it.

TarjamaError
├── InputError               text, files or options given cannot be used  (also a ValueError)
├── ModelError               the model cannot be loaded, or cannot do what was asked
│   ├── ModelNotFoundError   no such folder, nor such a model in the cache, on the hub or PyPI
│   ├── DownloadError        the model may exist, but could not be fetched now
│   └── OutOfMemory          a batch did not fit into the memory of the device
└── MissingExtraError        an optional dependency is not installed    (also an ImportError)
"""

import errno


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


class OutOfMemory(ModelError):
    """A batch did not fit into the memory of the device."""


class MissingExtraError(TarjamaError, ImportError):
    """An optional dependency is not installed."""


def is_disk_full(error: OSError) -> bool:
    """Whether there is no room left, or none that this user may take."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT)
