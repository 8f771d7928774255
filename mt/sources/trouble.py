"""What went wrong with the hub, in one line that says what to do."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from mt.errors import DownloadError, ModelError, ModelNotFoundError, is_disk_full
from mt.models import nearest_alias


def failures() -> tuple[type[Exception], ...]:
    """What the hub's client raises: for network and disk, and for an answer that it cannot read.

    Its HTTPError is that of httpx or httpx2, whichever it uses; its Xet engine has RuntimeErrors.
    """
    from huggingface_hub.errors import HTTPError  # type: ignore[attr-defined]

    return (HTTPError, OSError, RuntimeError, ValueError, KeyError, TypeError)


@contextmanager
def explained(repo: str, revision: str) -> Iterator[None]:
    """Turns every error of the hub's client into one of ours."""
    try:
        yield
    except failures() as error:
        raise _explanation(error, repo, revision) from error


def one_line(error: BaseException) -> str:
    """The first line of an error's text, or its class where it has none."""
    lines = str(error).strip().splitlines()
    return lines[0].strip() if lines else type(error).__name__


def _explanation(error: BaseException, repo: str, revision: str) -> ModelError:
    from huggingface_hub import constants, errors

    hub = constants.ENDPOINT
    if isinstance(error, errors.LocalEntryNotFoundError) and error.__cause__ is not None:
        error = error.__cause__  # the client wraps what happened on its way to the hub
    match error:
        case errors.GatedRepoError():
            return DownloadError(
                f"{repo} is gated: accept its licence at {hub}/{repo}, then run: hf auth login"
            )
        case errors.RevisionNotFoundError():
            return ModelNotFoundError(
                f"{repo} has no revision {revision!r}; see {hub}/{repo}/commits/main"
            )
        case errors.RepositoryNotFoundError() | errors.RemoteEntryNotFoundError():
            return ModelNotFoundError(_not_found(repo, hub))
        case errors.HfHubHTTPError():
            return _refusal(error.response.status_code, repo, hub)
        case errors.HTTPError():  # type: ignore[attr-defined]
            return _broken_off(error, repo, hub)
        case OSError():
            return _disk(error, repo)
        case RuntimeError():
            return DownloadError(f"{repo} could not be fetched: {one_line(error)}; try again")
    return DownloadError(
        f"{hub} does not answer like a hub ({one_line(error)}); check HF_ENDPOINT, and whether "
        "the network wants a login in the browser first"
    )


def _not_found(repo: str, hub: str) -> str:
    alias = nearest_alias(repo)
    hint = f"did you mean {alias}?" if alias else "see: tarjama models list"
    return f"no model {repo!r} at {hub} ({hint}); if it is private, run: hf auth login"


def _refusal(status: int, repo: str, hub: str) -> ModelError:
    if status == 404:
        return ModelNotFoundError(_not_found(repo, hub))
    if status in (401, 403):
        return DownloadError(
            f"{hub} refuses access to {repo} ({status}): accept its licence at {hub}/{repo} if it "
            "has one, then run: hf auth login"
        )
    return DownloadError(f"{hub} answered {status} for {repo}; try again later")


def _broken_off(error: BaseException, repo: str, hub: str) -> DownloadError:
    # The classes are httpx's or httpx2's, whichever the client has; their names are the same.
    if "Timeout" in type(error).__name__:
        return DownloadError(
            f"{hub} did not answer in time for {repo}; try again, or use a model that needs no "
            "hub (tarjama models list)"
        )
    return DownloadError(
        f"the connection to {hub} failed ({one_line(error)}); check the network, a proxy or "
        "HF_ENDPOINT, or use a model that needs no hub (tarjama models list)"
    )


def _disk(error: OSError, repo: str) -> DownloadError:
    if is_disk_full(error):
        return DownloadError(f"the disk is full; make room for {repo}, or set HF_HOME elsewhere")
    if "Consistency check failed" in str(error):
        return DownloadError(f"{repo} arrived incomplete and was not kept; try again")
    return DownloadError(f"{repo} could not be fetched: {one_line(error)}")
