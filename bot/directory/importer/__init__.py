"""Any UK community directory in: HSDS 1.1 and 3.0, ORUK 1.0 and 3.0, and Outpost's dialect."""

from bot.directory.importer.detect import Dialect
from bot.directory.importer.load import ImportReport, Quarantined, feed_name, import_source
from bot.directory.importer.sources import UnreadableSource

__all__ = [
    "Dialect",
    "ImportReport",
    "Quarantined",
    "UnreadableSource",
    "feed_name",
    "import_source",
]
