// The module's first file; see docs/ARCHITECTURE.md.
