"""Great Expectations gates: what must hold before a build may be published."""
