"""Where everything of the public pages is, told without a request: their preview is drawn in another process."""

from dataclasses import dataclass
from urllib.parse import urlencode

from app.public.shown import ShownFile
from app.settings import TIPS_FOLDER, Settings

FORMATS = {"image/webp": "webp", "image/jpeg": "jpg", "image/png": "png", "image/avif": "avif"}
"""How the address of a picture ends."""


@dataclass(frozen=True)
class Addresses:
    """``root`` is what the addresses of the pages begin with: an address without a slash at its end, a folder of this
    host, or nothing. ``tips`` is the same of the forms for tips."""

    root: str
    tips: str

    def page(self, language: str, path: str = "", **query: str) -> str:
        """A page by its path below the language; the start page without one."""
        asked = {name: value for name, value in query.items() if value}
        return f"{self.root}/{language}/{path}" + (f"?{urlencode(asked)}" if asked else "")

    def notice(self, language: str, slug: str) -> str:
        return self.page(language, notice_path(slug))

    def listing(self, **query: str) -> str:
        """All notices, for programs."""
        return f"{self.root}/notices.json" + (f"?{urlencode(query)}" if query else "")

    def picture(self, slug: str, version: int, position: int, file: ShownFile) -> str:
        name = f"{file.use}-{file.width}.{FORMATS[file.mime]}"
        return f"{self.root}/pictures/{slug}/{version}/{position}/{file.language}/{name}"

    def tell(self, language: str, slug: str) -> str:
        """The form for what somebody knows about a notice."""
        return f"{self.tips}/{language}/new?{urlencode({'notice': slug})}"

    def report(self, language: str, slug: str, kind: str) -> str:
        """The form for whoever is shown, or says that something is wrong (`models.TipKind`); a supervisor reads it."""
        return f"{self.tips}/{language}/report?{urlencode({'notice': slug, 'kind': kind})}"


def notice_path(slug: str) -> str:
    return f"notices/{slug}"


def absolute(settings: Settings) -> Addresses:
    """As another site, a feed reader or a machine of the agency must be told them."""
    return Addresses(settings.notices_address, settings.tips_address)


def beside(settings: Settings, root: str) -> Addresses:
    """As a page of this surface names them, which is served below ``root``. Without an address of its own the
    installation is reached by whatever host the browser named."""
    same = settings.surface == "all" and not (settings.public_url or settings.notices_url or settings.tips_url)
    return Addresses(root, TIPS_FOLDER if same else settings.tips_address)
