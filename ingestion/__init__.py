"""From the units' exports to cleaned text rows: site, register, pull, decode."""
