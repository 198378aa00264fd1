import Testing

@Suite struct WireModuleTests {}
