"""Time zones for choosing: every zone of the IANA database, by part of the world."""

from functools import cache
from zoneinfo import available_timezones

from django.utils.translation import gettext as _

# Not places: "localtime" is this machine's own, "Factory" says that nobody has set one.
NOT_ZONES = frozenset({"localtime", "Factory"})
REGIONS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
Groups = list[tuple[str, list[tuple[str, str]]]]


@cache
def zones() -> frozenset[str]:
    """The names of all zones."""
    return frozenset(available_timezones()) - NOT_ZONES


def grouped_zones() -> Groups:
    """Choices for a select: [("Europe", [("Europe/Brussels", "Brussels"), …]), …], the rest at the end."""
    groups: dict[str, list[tuple[str, str]]] = {region: [] for region in REGIONS}
    rest = []
    for name in sorted(zones()):
        region, _slash, place = name.partition("/")
        if place and region in groups:
            groups[region].append((name, place.replace("_", " ").replace("/", " / ")))
        else:
            rest.append((name, name.replace("_", " ")))
    universal = [("UTC", "UTC")]
    return [(_("Universal time"), universal), *groups.items(), (_("Others"), [r for r in rest if r[0] != "UTC"])]
