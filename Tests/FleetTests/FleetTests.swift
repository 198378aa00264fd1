import Testing

@Suite struct FleetModuleTests {}
