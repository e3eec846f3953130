"""From a checked build to what people read: the served database, workbooks, packs for units."""
