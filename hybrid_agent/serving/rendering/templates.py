"""Pages as HTML: every value is escaped, every name must be there."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from hybrid_agent.serving.people import Person, Role
from hybrid_agent.serving.rendering.assets import Asset, files_in, folders, read_assets

CSRF_FIELD: Final = "csrf"
"""The name of the hidden field that every form of ours has."""


@dataclass(frozen=True, eq=False)
class Templates:
    """The templates of all rooms, by their path under `templates` (`console/inbox.html`), and the assets."""

    environment: Environment
    assets: Mapping[str, Asset]

    def html(self, name: str, person: Person | None, csrf: str, values: Mapping[str, Any]) -> str:
        """A template filled with these values, and what `showing.shown` names beside them."""
        template = self.environment.get_template(name)
        return template.render(**values, person=person, csrf=csrf, csrf_field=partial(_csrf_field, csrf))


def read_templates(site_name: str) -> Templates:
    """Read every template and asset now: no request waits for a disk."""
    sources = {
        name: file.read_text("utf-8") for _, folder in folders("templates") for name, file in files_in(folder)
    }
    assets = read_assets()
    environment = Environment(
        loader=DictLoader(sources),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(asset=partial(_address, assets), Role=Role, site_name=site_name)
    for name in sources:
        environment.get_template(name)
    return Templates(environment, assets)


def _address(assets: Mapping[str, Asset], name: str) -> str:
    return assets[name].url


def _csrf_field(token: str) -> Markup:
    return Markup('<input type="hidden" name="{}" value="{}">').format(CSRF_FIELD, token)
