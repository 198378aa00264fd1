import Testing

@Suite struct SQLLogicTestModuleTests {}
